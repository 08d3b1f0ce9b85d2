package directory

import (
	"errors"
	"sync"
	"testing"
)

func TestLookupsIgnoreCaseAndCopy(t *testing.T) {
	d := Demo()
	for _, name := range []string{DemoTenantID, "6F1D7F2E-3C1B-4C58-9A60-1F5B7C0D2A11", DemoDomain, "HarborLine.Example"} {
		if got, ok := d.Tenant(name); !ok || got.Domain != DemoDomain || len(got.Users) != 3 {
			t.Errorf("Tenant(%q) = %+v, %v", name, got, ok)
		}
	}
	tenant, user, ok := d.User("Maya.Torres@HARBORLINE.example")
	if !ok || user.Name != "Maya Torres" || tenant.ID != DemoTenantID {
		t.Fatalf("User: %+v %+v %v", tenant, user, ok)
	}
	if _, byID, ok := d.UserByID(DemoDomain, user.ObjectID); !ok || byID != user {
		t.Errorf("UserByID = %+v, %v; want the same user", byID, ok)
	}
	all, _ := d.Tenant(DemoTenantID)
	all.Users[0].Password = "changed"
	if _, again, _ := d.User(all.Users[0].UPN); again.Password != DemoPassword {
		t.Error("a caller changed the register through what it was given")
	}
	if _, _, ok := d.User("nobody@harborline.example"); ok {
		t.Error("an unknown user was found")
	}
	if _, ok := d.App("00000000-0000-0000-0000-000000000000"); ok {
		t.Error("an unknown app was found")
	}
}

func TestAddRefusesWhatIsTaken(t *testing.T) {
	d := Demo()
	taken := []Tenant{
		{ID: DemoTenantID, Domain: "other.example"},
		{ID: "other", Domain: "HARBORLINE.example"},
		{ID: "other", Domain: "other.example", Users: []*User{{ObjectID: "1", UPN: DemoUPN}}},
		{ID: "other", Domain: "other.example", Users: []*User{{ObjectID: "1", UPN: "a@x"}, {ObjectID: "2", UPN: "A@x"}}},
	}
	for _, tn := range taken {
		if err := d.AddTenant(tn); !errors.Is(err, ErrTaken) {
			t.Errorf("AddTenant(%s, %s) = %v, want ErrTaken", tn.ID, tn.Domain, err)
		}
	}
	if _, ok := d.Tenant("other"); ok {
		t.Error("a refused tenant was registered in part")
	}
	if err := d.AddApp(App{ClientID: DemoClientID}); !errors.Is(err, ErrTaken) {
		t.Errorf("AddApp twice = %v, want ErrTaken", err)
	}
}

func TestPolicyChangesWhileRead(t *testing.T) {
	d := Demo()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				_ = d.SetUserConsent(DemoDomain, ConsentNone)
				d.Tenants()
				d.User(DemoUPN)
			}
		})
	}
	wg.Wait()
	if got, _, _ := d.User(DemoUPN); got.UserConsent != ConsentNone {
		t.Errorf("policy = %q", got.UserConsent)
	}
	if err := d.SetUserConsent(DemoDomain, "sometimes"); err == nil {
		t.Error("an unknown policy was accepted")
	}
}
