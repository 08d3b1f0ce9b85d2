package auth

// Cloud is one of Microsoft's separate clouds ("National cloud deployments" in the Graph documentation). An organization
// lives in one of them.
type Cloud struct {
	ID       string // stable: global, gcchigh, dod, china
	Name     string // as its customers call it
	LoginURL string // scheme and host
	GraphURL string // with the version
}

// Clouds is all of them, the usual one first. The slice is fresh.
func Clouds() []Cloud {
	return []Cloud{
		{"global", "Microsoft 365 (also GCC)", DefaultLoginURL, "https://graph.microsoft.com/v1.0"},
		{"gcchigh", "US Government GCC High", "https://login.microsoftonline.us", "https://graph.microsoft.us/v1.0"},
		{"dod", "US Government DoD", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us/v1.0"},
		{"china", "China (21Vianet)", "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn/v1.0"},
	}
}

// CloudByID finds a cloud; "" is the usual one. ok is false if there is none of that name, such as for "custom".
func CloudByID(id string) (c Cloud, ok bool) {
	all := Clouds()
	if id == "" {
		return all[0], true
	}
	for _, c := range all {
		if c.ID == id {
			return c, true
		}
	}
	return Cloud{}, false
}

// CheckConfig tells whether cfg could be used to sign in, without asking a server. The error wraps ErrConfig.
func CheckConfig(cfg Config) error { return New(cfg, NewMemoryKeychain(), nil).bad }
