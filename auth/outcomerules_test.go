package auth_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Where a sign-in ends, written from Microsoft's documentation (entra-docs: "User and admin consent", "Manage app consent
// policies", "Configure risk-based step-up consent", "Grant tenant-wide admin consent", "Configure the admin consent
// workflow", "Redirect URI restrictions", "Authentication and authorization error codes") and not from the simulated
// tenant: the program asks for mail, calendar and contacts, and the first line of which all columns fit tells the end.
// "-" fits everything, "a|b" either. Columns:
//
//	registration  what kind the program's is, see registrations
//	policy        what users may consent to: all, managed (Microsoft's), low (low impact, verified publisher), none
//	user          who signs in, see kinds
//	approved      yes: an administrator of this organization has approved the program for everybody
//	answer        what the person says where the page asks for the permissions
//	ends          tokens; page N: the browser shows AADSTSN, which the program hears from the person only; back N: the
//	              program hears it; redeem N: the program hears it when it redeems the code; approval N: back N, and where users can ask
//	              their administrators back 90095 instead
const rules = `
registration  policy           user           approved  answer  ends

# The request itself is wrong: nobody gets as far as a name.
single        -                guest          -         -       page 700016
single        -                -              -         -       page 50194
no-redirect   -                -              -         -       page 50011

# The account cannot be used.
-             -                disabled       -         -       page 50057

# Where people have to be assigned, users do not consent, and an approval does not let anybody in who is not.
-             -                unassigned     no        -       approval 90094
-             -                unassigned     yes       -       page 50105

# What users may not approve: under the policy of the organization, or because the publisher is not verified.
-             none             ordinary       no        -       approval 90094
unverified    -                ordinary       no        -       approval 900941
-             managed|low      ordinary       no        -       approval 90094

# Who is asked may say no.
-             -                -              no        cancel  back 65004

# The permissions are there, and the program redeems the code as a desktop program does.
web           -                -              -         -       redeem 7000218
spa           -                -              -         -       redeem 9002327
-             -                -              -         -       tokens
`

// What the program says then: who can put it right, the button it offers, and words that the text must have.
const sayings = `
end             who                       button       words
back 90094      Your administrator        copyLink     approval link | will not be asked
back 900941     Your administrator        copyLink     approval link | will not be asked
back 90095      Your administrator        copyLink     give a reason | approval link
back 65004      You                       signin       choose Accept | administrator approve
redeem 7000218  The makers of Super CRM   report       http://localhost | Mobile and desktop | public client flows
redeem 9002327  The makers of Super CRM   report       http://localhost | Mobile and desktop
page 50011      The makers of Super CRM   report       http://localhost | return address
page 50194      The makers of Super CRM   openSettings one organization only | Advanced
page 700016     Your administrator        copyLink     application id | approval link
page 50057      Your administrator        tellAdmin    disabled | administrator can turn it on
page 50105      Your administrator        tellAdmin    Ask to be added | Users and groups
`

var (
	policies      = []string{"all", "managed", "low", "none"}
	registrations = []string{
		"single",     // for one organization, and that is another one
		"verified",   // for every organization, its publisher verified
		"unverified", // for every organization, its publisher not verified
		"own",        // this organization's own, for it alone
		"web", "spa", // like verified, but its redirect addresses are of another platform
		"no-redirect",    // like verified, but http://localhost is missing
		"no-public-flow", // like verified, but public client flows are off, which only the sign-in with a code needs
	}
	kinds      = []string{"member", "guest", "application_admin", "cloud_application_admin", "privileged_role_admin", "admin", "disabled", "expired", "unassigned"}
	consenters = []string{
		"user",        // nobody before; the user accepts
		"admin-v1",    // an administrator, by the older page; the user would say no
		"admin-v2",    // an administrator, by the newer page; the user would say no
		"nobody",      // the user says no
		"other-admin", // an administrator of another organization; the user would say no
	}
	ordinary = []string{"member", "guest", "expired", "unassigned"}
)

// outcome is a row of the table.
type outcome struct {
	registration, policy, kind, consenter string
	requests                              bool // users can ask their administrators
}

func (o outcome) name() string {
	workflow := ""
	if o.requests {
		workflow = "+requests"
	}
	return fmt.Sprintf("%s%s/%s/%s/%s", o.policy, workflow, o.registration, o.kind, o.consenter)
}

// approved tells whether an administrator of the organization can have approved it: a registration that is for another
// organization cannot be.
func (o outcome) approved() bool {
	return strings.HasPrefix(o.consenter, "admin-") && o.registration != "single"
}

// ends looks the outcome up in the rules.
func (o outcome) ends(t testing.TB) string {
	t.Helper()
	is := map[string]string{"registration": o.registration, "policy": o.policy, "user": o.kind, "approved": "no", "answer": "cancel"}
	if o.approved() {
		is["approved"] = "yes"
	}
	if o.consenter == "user" {
		is["answer"] = "accept"
	}
	var columns []string
	for line := range strings.Lines(rules) {
		cells := strings.Fields(line)
		switch {
		case len(cells) == 0 || cells[0] == "#":
		case columns == nil:
			columns = cells[:len(cells)-1]
		case o.fits(is, columns, cells):
			end := strings.Join(cells[len(columns):], " ")
			if code, ok := strings.CutPrefix(end, "approval "); ok {
				if o.requests {
					code = "90095"
				}
				end = "back " + code
			}
			return end
		}
	}
	t.Fatalf("%s: no rule", o.name())
	return ""
}

func (o outcome) fits(is map[string]string, columns, cells []string) bool {
	for i, column := range columns {
		value := is[column]
		if cells[i] == "-" || slices.Contains(strings.Split(cells[i], "|"), value) ||
			cells[i] == "ordinary" && slices.Contains(ordinary, value) {
			continue
		}
		return false
	}
	return true
}

// saying is what the program has to say at an end.
type saying struct {
	who, button string
	words       []string
}

func saidAt(t testing.TB, end string) saying {
	t.Helper()
	for line := range strings.Lines(sayings) {
		if !strings.HasPrefix(line, end+" ") {
			continue
		}
		button, words, _ := strings.Cut(line[42:], " ")
		s := saying{who: strings.TrimSpace(line[16:42]), button: button}
		for word := range strings.SplitSeq(words, "|") {
			s.words = append(s.words, strings.TrimSpace(word))
		}
		return s
	}
	t.Fatalf("nothing is said about the end %q", end)
	return saying{}
}
