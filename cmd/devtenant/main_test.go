package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadyLineThenInterrupt(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	pr, pw := io.Pipe()
	code := make(chan int, 1)
	var errOut bytes.Buffer
	go func() {
		code <- run(ctx, []string{"-listen", "127.0.0.1:0"}, pw, &errOut)
		pw.Close()
	}()
	line, err := bufio.NewReader(pr).ReadBytes('\n')
	if err != nil {
		t.Fatalf("no ready line: %v; %s", err, errOut.String())
	}
	var got ready
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&got); err != nil {
		t.Fatalf("the ready line is not JSON: %v", err)
	}
	if !strings.HasSuffix(got.Graph, "/v1.0") || got.ClientID == "" || len(got.Tenants) != 1 || len(got.Tenants[0].Users) != 3 {
		t.Fatalf("ready line: %s", line)
	}
	for _, u := range got.Tenants[0].Users {
		if u.UPN == "" || u.Password == "" || u.Role == "" {
			t.Errorf("a user cannot sign in: %+v", u)
		}
	}
	for _, address := range []string{got.Panel, got.Login + "/organizations/v2.0/.well-known/openid-configuration"} {
		res, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != http.StatusOK || len(body) == 0 {
			t.Errorf("GET %s: %d", address, res.StatusCode)
		}
		if address == got.Panel && !bytes.Contains(body, []byte(got.Tenants[0].Users[0].UPN)) {
			t.Error("the panel does not list the users")
		}
	}
	interrupt()
	if c := <-code; c != 0 {
		t.Errorf("exit code %d after an interrupt: %s", c, errOut.String())
	}
}

func TestReadyLineOverTLS(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	pr, pw := io.Pipe()
	code := make(chan int, 1)
	var errOut bytes.Buffer
	file := filepath.Join(t.TempDir(), "ca.pem")
	go func() {
		code <- run(ctx, []string{"-listen", "127.0.0.1:0", "-seed", "empty", "-tls", "-ca", file}, pw, &errOut)
		pw.Close()
	}()
	var got ready
	if err := json.NewDecoder(pr).Decode(&got); err != nil {
		t.Fatalf("no ready line: %v; %s", err, errOut.String())
	}
	pem, err := os.ReadFile(got.CA)
	if err != nil || got.CA != file {
		t.Fatalf("the certificate at %q: %v", got.CA, err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatal("the file holds no certificate")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	for _, address := range []string{got.Panel, got.Login + "/organizations/v2.0/.well-known/openid-configuration"} {
		res, err := client.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK || !strings.HasPrefix(address, "https://") {
			t.Errorf("%s: %d", address, res.StatusCode)
		}
	}
	interrupt()
	if c := <-code; c != 0 {
		t.Errorf("exit code %d: %s", c, errOut.String())
	}
}

func TestClearErrors(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct {
		name, says string
		args       []string
		code       int
	}{
		{"port in use", "in use", []string{"-listen", taken.Addr().String()}, 1},
		{"unknown seed", "unknown seed", []string{"-listen", "127.0.0.1:0", "-seed", "huge"}, 1},
		{"no place for the certificate", "certificate", []string{"-listen", "127.0.0.1:0", "-seed", "empty", "-tls", "-ca", t.TempDir()}, 1},
		{"negative messages", "cannot be made", []string{"-listen", "127.0.0.1:0", "-messages", "-3"}, 1},
		{"unknown flag", "-tsl", []string{"-tsl"}, 2},
		{"stray argument", "unknown argument", []string{"now"}, 2},
		{"help", "Usage", []string{"-h"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errOut bytes.Buffer
			if code := run(t.Context(), c.args, &out, &errOut); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if !strings.Contains(errOut.String(), c.says) {
				t.Errorf("stderr %q does not say %q", errOut.String(), c.says)
			}
			if c.code == 1 && strings.Count(errOut.String(), "\n") != 1 {
				t.Errorf("the error is not one line: %q", errOut.String())
			}
			if out.Len() != 0 {
				t.Errorf("stdout: %q", out.String())
			}
		})
	}
}
