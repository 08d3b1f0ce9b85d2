package realwindow

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"time"
)

// Screen takes a picture of the whole screen. The program's own capture is black on software GL, so the X server is asked.
func (d *Desktop) Screen() image.Image {
	d.t.Helper()
	img, err := png.Decode(bytes.NewReader(d.shoot()))
	if err != nil {
		d.t.Fatalf("read the picture of the screen: %v", err)
	}
	return img
}

// Keep writes a picture of the screen into the test's artifact folder as name.png.
func (d *Desktop) Keep(name string) {
	d.t.Helper()
	path := filepath.Join(d.t.ArtifactDir(), name+".png")
	if err := os.WriteFile(path, d.shoot(), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d *Desktop) shoot() []byte {
	d.t.Helper()
	out, err := d.Session.Command(d.t.Context(), "import", "-window", "root", "png:-").Output()
	if err != nil {
		d.t.Fatalf("take a picture of the screen: %v", err)
	}
	return out
}

// Still waits until the screen has not changed for quiet: the program has drawn what it has to draw.
func (d *Desktop) Still(quiet time.Duration) {
	d.t.Helper()
	last, since := d.Screen(), time.Now()
	d.Eventually("a still screen", func() bool {
		now := d.Screen()
		if !same(now, last) {
			last, since = now, time.Now()
		}
		return time.Since(since) >= quiet
	})
}

// same compares what is seen; the files differ by their dates.
func same(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}

// Colours counts the different colours of a region: a blank or unpainted one has very few.
func Colours(img image.Image, region image.Rectangle) int {
	seen := map[[3]uint32]bool{}
	region = region.Intersect(img.Bounds())
	for y := region.Min.Y; y < region.Max.Y; y++ {
		for x := region.Min.X; x < region.Max.X; x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			seen[[3]uint32{r, g, b}] = true
		}
	}
	return len(seen)
}
