package realwindow

import (
	"image"
	"image/color"
	"image/draw"
	"testing"
)

func TestChangedFindsTheLargestPatch(t *testing.T) {
	paint := func(img *image.RGBA, r image.Rectangle) {
		draw.Draw(img, r, image.NewUniform(color.RGBA{R: 200, A: 255}), image.Point{}, draw.Src)
	}
	blank := func() *image.RGBA { return image.NewRGBA(image.Rect(0, 0, 400, 300)) }
	block := image.Rect(101, 57, 163, 119)
	before, after := blank(), blank()
	paint(after, block)
	paint(after, image.Rect(0, 200, 300, 202))   // a thin line elsewhere
	paint(after, image.Rect(350, 250, 400, 300)) // smaller, in the corner
	paint(before, image.Rect(200, 20, 210, 40))  // in both
	paint(after, image.Rect(200, 20, 210, 40))   //
	paint(after, image.Rect(300, 100, 399, 199)) // larger, outside the region
	region := image.Rect(0, 0, 290, 300)         //
	if got := Changed(before, after, region); got != block {
		t.Errorf("found %v, want %v", got, block)
	}
	if got := Changed(after, after, region); !got.Empty() {
		t.Errorf("found %v between equal pictures", got)
	}
	if got := Changed(before, after, image.Rect(290, 240, 500, 500)); got != image.Rect(350, 250, 400, 300) {
		t.Errorf("at the edge found %v", got)
	}
}
