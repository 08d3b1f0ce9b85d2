package realwindow

import "image"

// coarse is the side of the squares in which Changed looks, in pixels: text and thin lines of one thing hang together.
const coarse = 6

// Changed finds what has appeared, gone or moved between two pictures of the screen: the largest patch of region in which
// they differ. It is empty when they are the same there. A test finds a thing on the screen by having it appear: the
// program is asked for no coordinates.
func Changed(before, after image.Image, region image.Rectangle) image.Rectangle {
	region = region.Intersect(before.Bounds()).Intersect(after.Bounds())
	wide, high := (region.Dx()+coarse-1)/coarse, (region.Dy()+coarse-1)/coarse
	differs := make([]bool, wide*high)
	for y := region.Min.Y; y < region.Max.Y; y++ {
		for x := region.Min.X; x < region.Max.X; x++ {
			if before.At(x, y) != after.At(x, y) {
				differs[(y-region.Min.Y)/coarse*wide+(x-region.Min.X)/coarse] = true
			}
		}
	}
	var largest image.Rectangle
	most := 0
	for start := range differs {
		if !differs[start] {
			continue
		}
		patch, squares := flood(differs, wide, start)
		if squares > most {
			most, largest = squares, patch
		}
	}
	if most == 0 {
		return image.Rectangle{}
	}
	largest = image.Rect(largest.Min.X*coarse, largest.Min.Y*coarse, largest.Max.X*coarse, largest.Max.Y*coarse)
	return exact(before, after, largest.Add(region.Min).Intersect(region))
}

// flood takes the squares that hang together with start, corners included, out of differs and returns their bounds.
func flood(differs []bool, wide, start int) (image.Rectangle, int) {
	var bounds image.Rectangle
	squares := 0
	differs[start] = false
	for open := []int{start}; len(open) > 0; {
		at := open[len(open)-1]
		open = open[:len(open)-1]
		x, y := at%wide, at/wide
		bounds = bounds.Union(image.Rect(x, y, x+1, y+1))
		squares++
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				next := at + dy*wide + dx
				if x+dx < 0 || x+dx >= wide || next < 0 || next >= len(differs) || !differs[next] {
					continue
				}
				differs[next] = false
				open = append(open, next)
			}
		}
	}
	return bounds, squares
}

// exact narrows a patch of whole squares to the pixels that differ.
func exact(before, after image.Image, patch image.Rectangle) image.Rectangle {
	var tight image.Rectangle
	for y := patch.Min.Y; y < patch.Max.Y; y++ {
		for x := patch.Min.X; x < patch.Max.X; x++ {
			if before.At(x, y) != after.At(x, y) {
				tight = tight.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return tight
}
