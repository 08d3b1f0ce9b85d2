package graph

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/zones"
)

// call is one request while it is answered. Everything from run on happens with the mailbox locked.
type call struct {
	*answer
	h      *Handler
	r      *http.Request
	caller Caller
	input  []byte
	query  url.Values
	prefer preferences
	b      *mailbox.Box
	// delegate: the mailbox is another person's. full: it was opened to the caller as a whole.
	delegate, full bool
	// creating: the message that is read is a new one.
	creating bool
	accepted []fields // calendars of others, for the list of one's own
}

type preferences struct {
	immutable  bool
	zone       string
	text, html bool
	pageSize   int
}

// segmentsOf splits the path after v1.0, unescaped.
func segmentsOf(r *http.Request) ([]string, error) {
	path := strings.Trim(r.URL.EscapedPath(), "/")
	path = strings.TrimPrefix(path, "graph/")
	if rest, ok := strings.CutPrefix(path, "v1.0/"); ok {
		path = rest
	} else if path != "v1.0" {
		return nil, errNoRoute
	}
	parts := strings.Split(path, "/")
	for i, p := range parts {
		u, err := url.PathUnescape(p)
		if err != nil || u == "" {
			return nil, errNoRoute
		}
		parts[i] = shortForm(u)
	}
	return parts, nil
}

// shortForm gives the short name of a bound function or action: clients made from the description write "delta()", and
// OData also knows "microsoft.graph.delta()".
func shortForm(segment string) string {
	segment = strings.TrimSuffix(segment, "()")
	if name, ok := strings.CutPrefix(segment, "microsoft.graph."); ok && !strings.HasPrefix(name, "eventMessage") {
		return name
	}
	return segment
}

// run finds the mailbox and routes within it.
func (c *call) run(segments []string) error {
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return badRequest("BadRequest", "The query string is malformed.")
	}
	c.query = query
	if err := c.preferences(); err != nil {
		return err
	}
	who := c.caller.ObjectID
	switch {
	case segments[0] == "me" && c.caller.App:
		return badRequest("BadRequest", "/me request is only valid with delegated authentication flow.")
	case segments[0] == "me":
		segments = segments[1:]
	case segments[0] == "users" && (len(segments) == 1 || len(segments) == 2 && segments[1] == "$count"):
		return c.users(len(segments) == 2)
	case segments[0] == "users":
		who, segments = segments[1], segments[2:]
	default:
		return errNoRoute
	}
	m, ok := c.h.opt.Mailboxes.Mailbox(who)
	own, hasOwn := c.h.opt.Mailboxes.Mailbox(c.caller.ObjectID)
	if c.caller.App {
		own, hasOwn, ok = m, true, ok && c.member(m)
	}
	switch {
	case !ok && len(segments) == 0 && c.caller.GuestMail != "" && strings.EqualFold(who, c.caller.ObjectID):
		return c.me() // a guest has a profile, and the mailbox at home
	case !ok && strings.EqualFold(who, c.caller.ObjectID):
		return &refusal{http.StatusNotFound, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise."}
	case !ok && objectID.MatchString(who):
		return &refusal{http.StatusNotFound, "ResourceNotFound", "Resource could not be discovered."}
	case !ok:
		return &refusal{http.StatusNotFound, "ErrorInvalidUser", "The requested user '" + who + "' is invalid."}
	case !hasOwn:
		return errDenied
	case m != own:
		c.delegate, c.full = true, c.h.opt.Mailboxes.HasAccess(m.Owner().ObjectID, c.caller.ObjectID)
	}
	if done, err := c.crossing(m, segments); done {
		return err
	}
	if m == own {
		of, done, err := c.inShared(own, segments)
		if done {
			return err
		}
		if of != nil {
			m, c.delegate = of, true
		} else if len(segments) == 1 && segments[0] == "calendars" && c.r.Method == http.MethodGet {
			sel, err := selected(c.query.Get("$select"), calendarSelectable)
			if err != nil {
				return err
			}
			c.accepted = c.sharedCalendars(own, sel)
		}
	}
	return m.Do(func(b *mailbox.Box) error {
		c.b = b
		if len(segments) > 0 && c.guest() && !sharable[segments[0]] {
			return errDenied
		}
		if err := c.room(segments); err != nil {
			return err
		}
		return c.route(segments)
	})
}

// objectID is what the directory's ids look like.
var objectID = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// sharable is what a guest may ask of another person's mailbox; the calendar's own permissions come after.
var sharable = map[string]bool{"calendar": true, "calendars": true, "calendarView": true, "events": true}

// preferences reads the Prefer headers and says in Preference-Applied what is followed (facts, "HTTP").
func (c *call) preferences() error {
	var applied []string
	for _, header := range c.r.Header.Values("Prefer") {
		for _, p := range splitQuoted(header) {
			name, value, _ := strings.Cut(p, "=")
			value = strings.Trim(strings.TrimSpace(value), `"`)
			switch name := strings.ToLower(strings.TrimSpace(name)); name {
			case "idtype":
				if strings.EqualFold(value, "ImmutableId") {
					c.prefer.immutable = true
					applied = append(applied, `IdType="ImmutableId"`)
				}
			case "outlook.timezone":
				if _, err := zones.Load(value); err != nil {
					return badRequest("InvalidTimeZone", "The time zone '"+value+"' is not supported.")
				}
				c.prefer.zone = value
				applied = append(applied, `outlook.timezone="`+value+`"`)
			case "outlook.body-content-type":
				c.prefer.text, c.prefer.html = strings.EqualFold(value, "text"), strings.EqualFold(value, "html")
				if c.prefer.text || c.prefer.html {
					applied = append(applied, `outlook.body-content-type="`+strings.ToLower(value)+`"`)
				}
			case "odata.maxpagesize":
				n, err := strconv.Atoi(value)
				if err != nil || n < 1 {
					return badRequest("ErrorInvalidUrlQuery", "The value of odata.maxpagesize is out of range.")
				}
				c.prefer.pageSize = min(n, maxPage)
				applied = append(applied, "odata.maxpagesize="+strconv.Itoa(c.prefer.pageSize))
			}
		}
	}
	if len(applied) > 0 {
		c.header.Set("Preference-Applied", strings.Join(applied, ", "))
	}
	return nil
}

// splitQuoted splits at the commas that are not inside quotes.
func splitQuoted(s string) []string {
	quoted := false
	return strings.FieldsFunc(s, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ',' && !quoted
	})
}

// id writes an id in the form that the client prefers.
func (c *call) id(id mailbox.ID) string { return c.b.FormatID(id, c.prefer.immutable) }

// allow needs one of the scopes; in another person's mailbox its .Shared form.
func (c *call) allow(scopes ...string) error {
	if c.caller.App {
		return c.allowApp(scopes)
	}
	for _, has := range c.caller.Scopes {
		has = has[strings.LastIndexByte(has, '/')+1:]
		for _, want := range scopes {
			if c.delegate && !strings.HasSuffix(want, ".All") {
				want += ".Shared"
			}
			if strings.EqualFold(has, want) {
				return nil
			}
		}
	}
	return errDenied
}

// readMail and the rest are the permissions of each group of calls (documentation, "Permissions" of each call).
func (c *call) readMail() error  { return c.allow("Mail.Read", "Mail.ReadWrite") }
func (c *call) writeMail() error { return c.allow("Mail.ReadWrite") }
func (c *call) sendMail() error  { return c.allow("Mail.Send") }
func (c *call) readCalendar() error {
	return c.allow("Calendars.Read", "Calendars.ReadWrite")
}
func (c *call) writeCalendar() error { return c.allow("Calendars.ReadWrite") }
func (c *call) readContacts() error  { return c.allow("Contacts.Read", "Contacts.ReadWrite") }
func (c *call) writeContacts() error { return c.allow("Contacts.ReadWrite") }

// object reads the body as a JSON object; an empty body is an empty object.
func (c *call) object() (object, error) {
	out := object{}
	if len(strings.TrimSpace(string(c.input))) == 0 {
		return out, nil
	}
	if ct := c.r.Header.Get("Content-Type"); !strings.Contains(strings.ToLower(ct), "json") {
		return nil, &refusal{http.StatusUnsupportedMediaType, "RequestBodyRead", "A supported MIME type could not be found that matches the content type of the request."}
	}
	if err := json.Unmarshal(c.input, &out); err != nil || out == nil {
		return nil, badRequest("BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	return out, nil
}

// precondition is the If-Match rule.
func (c *call) precondition(changeKey string) error {
	return mailbox.CheckETag(c.r.Header.Get("If-Match"), changeKey)
}

func etag(changeKey string) string { return `W/"` + changeKey + `"` }

// base is the address of the service as the client called it.
func (c *call) base() string {
	scheme := "http"
	if c.r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + c.r.Host
}

// link is the request's own address with other query options.
func (c *call) link(query url.Values) string {
	return c.base() + c.r.URL.EscapedPath() + "?" + strings.ReplaceAll(query.Encode(), "%24", "$")
}

func (c *call) context(of string) field {
	who := c.caller.ObjectID
	if c.caller.App && c.b != nil {
		who = c.b.Owner.ObjectID
	}
	return field{"@odata.context", c.base() + "/graph/v1.0/$metadata#users('" + url.PathEscape(who) + "')/" + of}
}

// noContent answers without a body.
func (c *call) noContent(status int) error {
	c.status, c.body = status, nil
	return nil
}
