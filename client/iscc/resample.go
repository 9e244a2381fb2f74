package iscc

import "math"

// How fpcalc has FFmpeg's resampler work: short filters that begin to cut at 0.8 of the highest frequency kept.
const (
	resampleTaps   = 16
	resamplePhases = 256
	resampleCutoff = 0.8
	kaiserBeta     = 9
)

// resampler makes samples at soundRate of those at another rate.
type resampler struct {
	from    int // samples a second, as soundRate reduced by what they share
	to      int
	phases  int
	taps    int
	bank    []float64 // phases+1 filters
	waiting []float64 // the first belongs to the place start
	start   int64
	next    int64 // of the samples to make
	begun   bool
}

func newResampler(rate int) *resampler {
	shared := gcd(rate, soundRate)
	r := &resampler{from: rate / shared, to: soundRate / shared, phases: resamplePhases}
	if r.to <= resamplePhases { // then each phase that is needed is there
		r.phases = r.to * (resamplePhases / r.to)
	}
	factor := min(soundRate*resampleCutoff/float64(rate), 1)
	r.taps = int(math.Ceil(resampleTaps / factor))
	centre := (r.taps - 1) / 2
	for phase := range r.phases + 1 {
		sum, at := 0.0, len(r.bank)
		for i := range r.taps {
			x := math.Pi * (float64(i-centre) - float64(phase)/float64(r.phases)) * factor
			y := 1.0
			if x != 0 {
				y = math.Sin(x) / x
			}
			w := 2 * x / (factor * float64(r.taps) * math.Pi)
			y *= bessel(kaiserBeta * math.Sqrt(max(1-float64(w*w), 0)))
			r.bank, sum = append(r.bank, y), sum+y
		}
		for i := range r.taps {
			r.bank[at+i] /= sum
		}
	}
	return r
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// bessel is the modified Bessel function of the first kind, of order 0.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for i := 1.0; term > sum*1e-17; i++ {
		term *= x * x / 4 / (i * i)
		sum += term
	}
	return sum
}

// add takes samples and returns those that can be made. Before the first ones it takes them mirrored.
func (r *resampler) add(samples []float64) []int16 {
	if r.from == r.to {
		out := make([]int16, len(samples))
		for i, s := range samples {
			out[i] = toInt16(s)
		}
		return out
	}
	r.waiting = append(r.waiting, samples...)
	if !r.begun {
		if len(r.waiting) < r.taps {
			return nil
		}
		r.begin()
	}
	return r.make()
}

func (r *resampler) begin() {
	r.begun = true
	mirrored := make([]float64, 0, r.taps+len(r.waiting))
	before := min((r.taps-1)/2, len(r.waiting))
	for i := before; i > 0; i-- {
		mirrored = append(mirrored, r.waiting[min(i, len(r.waiting)-1)])
	}
	r.start = -int64(before)
	r.waiting = append(mirrored, r.waiting...)
}

// flush makes the last samples, of what was read and of it mirrored.
func (r *resampler) flush() []int16 {
	if r.from == r.to || len(r.waiting) == 0 {
		return nil
	}
	if !r.begun {
		r.begin()
	}
	last := len(r.waiting)
	for i := range min(last, (min(last, r.taps)+1)/2) {
		r.waiting = append(r.waiting, r.waiting[last-1-i])
	}
	return r.make()
}

func (r *resampler) make() (out []int16) {
	centre := int64(r.taps-1) / 2
	for {
		// The place of the next sample among those read, as whole ones, phases and a rest of a phase.
		whole := r.next * int64(r.from) / int64(r.to)
		rest := r.next * int64(r.from) % int64(r.to) * int64(r.phases)
		phase, fraction := int(rest/int64(r.to)), float64(rest%int64(r.to))/float64(r.to)
		at := whole - centre - r.start
		if at+int64(r.taps) > int64(len(r.waiting)) {
			break
		}
		in := r.waiting[max(at, 0):]
		one, two := r.bank[phase*r.taps:(phase+1)*r.taps], r.bank[(phase+1)*r.taps:]
		sum, sum2 := 0.0, 0.0
		for i, weight := range one {
			sum += float64(in[i] * weight)
		}
		if fraction != 0 {
			for i, weight := range two[:r.taps] {
				sum2 += float64(in[i] * weight)
			}
			sum += float64((sum2 - sum) * fraction)
		}
		out = append(out, toInt16(sum))
		r.next++
	}
	// What no later sample needs goes.
	keep := r.next*int64(r.from)/int64(r.to) - centre - r.start
	if keep = min(max(keep, 0), int64(len(r.waiting))); keep > 0 {
		r.waiting = append(r.waiting[:0], r.waiting[keep:]...)
		r.start += keep
	}
	return out
}

func toInt16(s float64) int16 {
	return int16(min(max(math.RoundToEven(s), math.MinInt16), math.MaxInt16))
}
