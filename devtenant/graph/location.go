package graph

import (
	"cmp"
	"encoding/json"
	"strings"

	"supercrm/devtenant/mailbox"
)

type wirePoint struct {
	Accuracy         *float64 `json:"accuracy,omitempty"`
	Altitude         *float64 `json:"altitude,omitempty"`
	AltitudeAccuracy *float64 `json:"altitudeAccuracy,omitempty"`
	Latitude         *float64 `json:"latitude,omitempty"`
	Longitude        *float64 `json:"longitude,omitempty"`
}

// wireLocation is a location resource: what is more than a name is kept as it was given.
type wireLocation struct {
	DisplayName  string          `json:"displayName"`
	URI          string          `json:"locationUri,omitempty"`
	Mail         string          `json:"locationEmailAddress,omitempty"`
	Type         string          `json:"locationType"`
	UniqueID     string          `json:"uniqueId,omitempty"`
	UniqueIDType string          `json:"uniqueIdType"`
	Address      json.RawMessage `json:"address,omitempty"`
	Coordinates  *wirePoint      `json:"coordinates,omitempty"`
}

// check completes a location and says whether it is more than a name.
func (w *wireLocation) check() (more bool, err error) {
	if w.Type, err = oneOf("locationType", cmp.Or(w.Type, "default"), "default", "conferenceRoom", "homeAddress", "businessAddress", "geoCoordinates", "streetAddress", "hotel", "restaurant", "localBusiness", "postalAddress"); err != nil {
		return false, err
	}
	if w.UniqueIDType, err = oneOf("uniqueIdType", cmp.Or(w.UniqueIDType, "private"), "unknown", "locationStore", "directory", "private", "bing"); err != nil {
		return false, err
	}
	if isNull(w.Address) {
		w.Address = nil
	}
	more = w.URI != "" || w.Mail != "" || w.Type != "default" || len(w.Address) > 0 || w.Coordinates != nil
	w.UniqueID = cmp.Or(w.UniqueID, w.DisplayName)
	return more, isPostal(w.Address)
}

// readLocation reads location or locations.
func readLocation(name string, raw json.RawMessage, set func(func(*mailbox.Event))) error {
	var list []wireLocation
	if name == "location" {
		w, err := decode[wireLocation](name, raw)
		if err != nil {
			return err
		}
		list = []wireLocation{w}
	} else {
		var err error
		if list, err = decode[[]wireLocation](name, raw); err != nil {
			return err
		}
	}
	if len(list) > 50 {
		return badRequest("ErrorInvalidRequest", "The event has too many locations.")
	}
	var names []string
	places, keep := "", len(list) > 1
	for i := range list {
		more, err := list[i].check()
		if err != nil {
			return err
		}
		keep = keep || more
		names = append(names, list[i].DisplayName)
	}
	if keep {
		text, err := json.Marshal(list)
		if err != nil {
			return badRequest("RequestBodyRead", "Cannot read the value of the property '"+name+"'.")
		}
		places = string(text)
	}
	set(func(ev *mailbox.Event) { ev.Location, ev.Places = strings.Join(names, "; "), places })
	return nil
}

// location writes where an event is: all places in one, the first one's particulars.
func location(e *mailbox.Event) any {
	if e.Places != "" {
		var list []wireLocation
		if json.Unmarshal([]byte(e.Places), &list) == nil && len(list) > 0 {
			first := list[0]
			first.DisplayName = e.Location
			return first
		}
	}
	return named(e.Location)
}

// locations writes each place of an event.
func locations(e *mailbox.Event) any {
	switch {
	case e.Places != "":
		return json.RawMessage(e.Places)
	case e.Location != "":
		return []fields{named(e.Location)}
	}
	return []fields{}
}

func named(name string) fields {
	if name == "" {
		return fields{{"displayName", ""}, {"locationType", "default"}, {"uniqueIdType", "unknown"}, {"address", fields{}}, {"coordinates", fields{}}}
	}
	return fields{{"displayName", name}, {"locationType", "default"}, {"uniqueId", name}, {"uniqueIdType", "private"}}
}
