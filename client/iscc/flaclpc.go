package iscc

import "fmt"

// fixed decodes what one of the predictors predicts that need not be sent.
func (r *flacReader) fixed(out []int64, depth uint, order int) error {
	if err := r.start(out, depth, order); err != nil {
		return err
	}
	return r.residual(out, order, flacFixed[order], 0)
}

// linear decodes what a predictor that is sent predicts.
func (r *flacReader) linear(out []int64, depth uint, order int) error {
	if err := r.start(out, depth, order); err != nil {
		return err
	}
	precision, err := r.take(4)
	if err != nil {
		return err
	}
	shift, err := r.signed(5)
	if err != nil {
		return err
	}
	if precision == 15 || shift < 0 {
		return fmt.Errorf("%w: a predictor that is not allowed", errFLAC)
	}
	weights := make([]int64, order)
	if err := r.plain(weights, uint(precision)+1); err != nil {
		return err
	}
	return r.residual(out, order, weights, uint(shift))
}

// start reads the samples that a predictor begins with.
func (r *flacReader) start(out []int64, depth uint, order int) error {
	if order > len(out) {
		return fmt.Errorf("%w: more to start with than there is", errFLAC)
	}
	return r.plain(out[:order], depth)
}

// residual reads by how much the prediction fails, in parts with a Rice parameter each, and adds the prediction.
func (r *flacReader) residual(out []int64, order int, weights []int64, shift uint) error {
	head, err := r.take(6)
	if err != nil {
		return err
	}
	width, parts := uint(4), 1<<(head&15)
	switch head >> 4 {
	case 0:
	case 1:
		width = 5
	default:
		return fmt.Errorf("%w: residuals of another kind", errFLAC)
	}
	each := len(out) / parts
	if len(out)%parts != 0 || each < order {
		return fmt.Errorf("%w: parts that do not come out even", errFLAC)
	}
	at := order
	for part := range parts {
		if err := r.rice(out[at:(part+1)*each], width); err != nil {
			return err
		}
		at = (part + 1) * each
	}
	for i := order; i < len(out); i++ {
		sum := int64(0)
		for j, weight := range weights {
			sum += weight * out[i-1-j]
		}
		out[i] += sum >> shift
	}
	return nil
}

// rice reads a part of the residuals.
func (r *flacReader) rice(out []int64, width uint) error {
	parameter, err := r.take(width)
	if err != nil {
		return err
	}
	if parameter == 1<<width-1 { // not coded
		depth, err := r.take(5)
		if err != nil {
			return err
		}
		return r.plain(out, uint(depth))
	}
	for i := range out {
		high, err := r.unary()
		if err != nil {
			return err
		}
		low, err := r.take(uint(parameter))
		if err != nil {
			return err
		}
		v := uint64(high)<<parameter | low
		out[i] = int64(v>>1) ^ -int64(v&1)
	}
	return nil
}
