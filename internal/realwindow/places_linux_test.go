package realwindow

import (
	"image"
	"image/draw"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// zones are places around the globe whose clocks differ from UTC by whole hours, one an hour or so. In one of them it is
// late morning whenever the test runs, so that today's working day is in view in the calendar.
var zones = []string{"UTC", "Europe/Berlin", "Europe/Athens", "Europe/Moscow", "Asia/Dubai", "Asia/Karachi", "Asia/Dhaka",
	"Asia/Bangkok", "Asia/Singapore", "Asia/Tokyo", "Australia/Brisbane", "Pacific/Noumea", "Pacific/Auckland", "Pacific/Tongatapu",
	"Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Phoenix", "America/Chicago", "America/New_York",
	"America/Halifax", "America/Sao_Paulo", "Atlantic/South_Georgia", "Atlantic/Azores"}

// lateMorning is the zone in which it is nearest to half past ten.
func lateMorning(t *testing.T) *time.Location {
	t.Helper()
	best, least := time.UTC, 24*60
	for _, name := range zones {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now().In(loc)
		off := now.Hour()*60 + now.Minute() - (10*60 + 30)
		if off = max(off, -off); off < least {
			best, least = loc, off
		}
	}
	return best
}

// freeHour is noon of today. It takes away what stands in the hour before and in the three after it: how full the demo's day
// is depends on the weekday and on the time of the day. Noon, since the line that says what time it is stays above that
// while the test runs.
func (r *rig) freeHour() time.Time {
	r.t.Helper()
	now := time.Now().In(r.zone)
	noon := time.Date(now.Year(), now.Month(), now.Day(), 12, 0, 0, 0, r.zone)
	from, to := noon.Add(-time.Hour), noon.Add(3*time.Hour)
	for _, e := range r.box().EventsBetween(from, to) {
		if !e.AllDay {
			r.graph(http.MethodDelete, "/me/events/"+url.PathEscape(e.ID), nil)
		}
	}
	r.win.Key("ctrl+m")
	r.d.Eventually("the program to have a free hour", func() bool {
		return r.count(`SELECT count(*) FROM event WHERE kind <> 'seriesMaster' AND all_day = 0 AND start_at < ? AND end_at > ?`, to.UnixMilli(), from.UnixMilli()) == 0
	})
	return noon
}

// page is where the page of the window is on the screen, right of the folders and the hours and left of the who panel,
// below the header and above the status line and the bar that offers to undo. The parts that change by themselves, such as
// "Synced 10:42", are outside.
func (r *rig) page() image.Rectangle {
	b := r.win.Bounds()
	return image.Rect(b.Min.X+136, b.Min.Y+160, b.Max.X-284, b.Max.Y-110)
}

// mailList is where the rows of the message list are on the screen.
func (r *rig) mailList() image.Rectangle {
	b := r.win.Bounds()
	return image.Rect(b.Min.X+270, b.Min.Y+170, b.Min.X+560, b.Max.Y-40)
}

// inWindow turns a point of the screen into one of the window.
func (r *rig) inWindow(p image.Point) image.Point { return p.Sub(r.win.Bounds().Min) }

// painted waits until the window shows a page and not only a ground.
func (r *rig) painted() {
	r.t.Helper()
	r.d.Eventually("a painted page", func() bool { return Colours(r.d.Screen(), r.page()) > 30 })
}

// cut copies a part of a picture, so that it can be compared with a later one.
func cut(img image.Image, at image.Rectangle) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, at.Dx(), at.Dy()))
	draw.Draw(out, out.Bounds(), img, at.Min, draw.Src)
	return out
}

// folder is a mail folder as the tenant has it.
type folder struct {
	id, name string
	total    int
}

// folders lists mail folders with those below them.
func (r *rig) folders(path string) []folder {
	r.t.Helper()
	var out []folder
	values, _ := r.graph(http.MethodGet, path, nil)["value"].([]any)
	for _, v := range values {
		f, _ := v.(map[string]any)
		id, _ := f["id"].(string)
		name, _ := f["displayName"].(string)
		total, _ := f["totalItemCount"].(float64)
		out = append(out, folder{id, name, int(total)})
		if n, _ := f["childFolderCount"].(float64); n > 0 {
			out = append(out, r.folders("/me/mailFolders/"+url.PathEscape(id)+"/childFolders?$top=100")...)
		}
	}
	if len(out) == 0 {
		r.t.Fatal("the tenant lists no folders")
	}
	return out
}

// sentHere is how many messages the program has in its Sent folder.
func (r *rig) sentHere() int {
	r.t.Helper()
	return r.count(`SELECT count(*) FROM message m JOIN mail_folder f ON f.id = m.folder_id WHERE f.well_known = 'sentitems'`)
}
