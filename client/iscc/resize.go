package iscc

import "math"

// weightBits is the precision of the weights: 32 bits without the 8 of a sample and 2 that keep sums from overflowing, as in Pillow.
const weightBits = 32 - 8 - 2

// weights are those of the samples from first on that one sample of the result is made of.
type weights struct {
	first int
	of    []int32
}

// bicubic is the cubic convolution kernel with a = -0.5.
func bicubic(x float64) float64 {
	const a = -0.5
	x = math.Abs(x)
	switch {
	case x < 1:
		return float64((float64((a+2)*x)-(a+3))*x*x) + 1
	case x < 2:
		return float64((float64((float64((x-5)*x)+8)*x) - 4) * a)
	}
	return 0
}

// weigh computes the weights for reducing or enlarging from samples to to.
func weigh(from, to int) []weights {
	scale := float64(from) / float64(to)
	stretch := max(scale, 1) // the filter covers all samples that fall into one
	support := 2 * stretch
	list := make([]weights, to)
	for i := range list {
		centre := (float64(i) + 0.5) * scale
		first := max(int(centre-support+0.5), 0)
		last := min(int(centre+support+0.5), from)
		k := make([]float64, last-first)
		sum := 0.0
		for j := range k {
			k[j] = bicubic((float64(j+first) - centre + 0.5) / stretch)
			sum += k[j]
		}
		w := weights{first: first, of: make([]int32, len(k))}
		for j := range k {
			if sum != 0 {
				k[j] /= sum
			}
			w.of[j] = int32(math.Round(k[j] * (1 << weightBits)))
		}
		list[i] = w
	}
	return list
}

// grey is a picture of one byte a pixel.
type grey struct {
	width, height int
	pixels        []uint8
}

// resize makes a picture of another size, across first and then down.
func (g grey) resize(width, height int) grey {
	if width != g.width {
		across := weigh(g.width, width)
		out := grey{width: width, height: g.height, pixels: make([]uint8, width*g.height)}
		for y := range g.height {
			row := g.pixels[y*g.width : (y+1)*g.width]
			for x, w := range across {
				sum := int64(1) << (weightBits - 1)
				for j, k := range w.of {
					sum += int64(row[w.first+j]) * int64(k)
				}
				out.pixels[y*width+x] = clip(sum)
			}
		}
		g = out
	}
	if height != g.height {
		down := weigh(g.height, height)
		out := grey{width: g.width, height: height, pixels: make([]uint8, g.width*height)}
		for y, w := range down {
			for x := range g.width {
				sum := int64(1) << (weightBits - 1)
				for j, k := range w.of {
					sum += int64(g.pixels[(w.first+j)*g.width+x]) * int64(k)
				}
				out.pixels[y*g.width+x] = clip(sum)
			}
		}
		g = out
	}
	return g
}

func clip(sum int64) uint8 { return uint8(min(max(sum>>weightBits, 0), 255)) }

// turn applies an EXIF orientation, 1 to 8.
func (g grey) turn(orientation int) grey {
	if orientation < 2 || orientation > 8 {
		return g
	}
	out := grey{width: g.width, height: g.height, pixels: make([]uint8, len(g.pixels))}
	if orientation >= 5 {
		out.width, out.height = g.height, g.width
	}
	for y := range out.height {
		for x := range out.width {
			fromX, fromY := unturned(orientation, x, y, g.width, g.height)
			out.pixels[y*out.width+x] = g.pixels[fromY*g.width+fromX]
		}
	}
	return out
}

// unturned is where a pixel of the turned picture stands in a stored one of width by height.
func unturned(orientation, x, y, width, height int) (int, int) {
	switch orientation {
	case 2:
		return width - 1 - x, y
	case 3:
		return width - 1 - x, height - 1 - y
	case 4:
		return x, height - 1 - y
	case 5:
		return y, x
	case 6:
		return y, height - 1 - x
	case 7:
		return width - 1 - y, height - 1 - x
	case 8:
		return width - 1 - y, x
	}
	return x, y
}
