package main

import (
	"slices"
	"strings"
	"testing"
)

func TestLinuxFamily(t *testing.T) {
	cases := map[string]machine{
		"ID=debian\nVERSION_ID=\"12\"\n":            debian{browser: "chromium"},
		"NAME=Ubuntu\nID=ubuntu\nID_LIKE=debian\n":  debian{},
		"ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n": debian{},
		"ID=fedora\n": fedora{},
		"ID='rocky'\nID_LIKE='rhel centos fedora'\n":         fedora{},
		"ID=manjaro\nID_LIKE=arch\n":                         arch{},
		"ID=alpine\n":                                        otherUnix{},
		"ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n#": otherUnix{},
		"PRETTY_NAME=\"not ID=debian\"\n":                    otherUnix{},
		"":                                                   otherUnix{},
	}
	for release, want := range cases {
		if got := linuxFamily(release); got != want {
			t.Errorf("%q is %T%v, want %T%v", release, got, got, want, want)
		}
	}
}

func TestCommandsName(t *testing.T) {
	missing := []string{"one", "two"}
	for _, m := range []machine{debian{}, fedora{}, arch{}, otherUnix{}} {
		if line := m.command(missing); !strings.Contains(line, "one") || !strings.Contains(line, "two") {
			t.Errorf("%T prints %q, which does not name what is missing", m, line)
		}
	}
}

func TestDpkgKnowsItself(t *testing.T) {
	if !has("dpkg-query") {
		t.Skip("this is not Debian")
	}
	installed, err := dpkgInstalled(t.Context(), []string{"dpkg", "no-such-package-here"})
	if err != nil {
		t.Fatal(err)
	}
	if !installed["dpkg"] || installed["no-such-package-here"] {
		t.Errorf("installed: %v, want dpkg alone", installed)
	}
}

func TestNeedsGrow(t *testing.T) {
	for name, levels := range map[string][][]string{
		"debian": debianPackages[:], "fedora": fedoraPackages[:], "arch": archPackages[:]} {
		if len(levels) != int(toTest)+1 {
			t.Fatalf("%s has %d needs, want %d", name, len(levels), toTest+1)
		}
		var seen []string
		for _, level := range levels {
			for _, p := range level {
				if slices.Contains(seen, p) {
					t.Errorf("%s names %s twice", name, p)
				}
				seen = append(seen, p)
			}
		}
	}
}
