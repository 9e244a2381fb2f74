package iscc

import "fmt"

// maxUnitLength is the header's fourth number of the longest unit.
const maxUnitLength = MaxBits/32 - 1

// AppendUnits adds units to dst one after another, each with its header: the form that soft bindings of C2PA have (IEP-0020). It fails with
// ErrInvalidCode for what is no unit.
func AppendUnits(dst []byte, units ...Code) ([]byte, error) {
	for _, u := range units {
		if u.IsZero() || u.Main == TypeComposite || u.Main == TypeID {
			return nil, fmt.Errorf("%w: %s is no unit", ErrInvalidCode, u.Name())
		}
		dst = append(dst, u.bytes()...)
	}
	return dst, nil
}

// ReadUnits reads units one after another. It fails with ErrInvalidCode.
func ReadUnits(raw []byte) (units []Code, err error) {
	for len(raw) > 0 {
		if len(raw) < 2 || (raw[0]|raw[1])&0x88 != 0 {
			return nil, fmt.Errorf("%w: no header of a unit in %d bytes", ErrInvalidCode, len(raw))
		}
		u := Code{Main: MainType(raw[0] >> 4), Sub: SubType(raw[0] & 15), Version: raw[1] >> 4, length: raw[1] & 15}
		size := 4 * (int(u.length) + 1)
		switch {
		case u.Main == TypeComposite || u.Main == TypeID:
			return nil, fmt.Errorf("%w: %s is no unit", ErrInvalidCode, u.Name())
		case u.length > maxUnitLength || len(raw)-2 < size:
			return nil, fmt.Errorf("%w: %s of %d bytes, of which %d are there", ErrInvalidCode, u.Name(), size, len(raw)-2)
		}
		u.body = string(raw[2 : 2+size])
		units, raw = append(units, u), raw[2+size:]
	}
	if len(units) == 0 {
		return nil, fmt.Errorf("%w: no unit", ErrInvalidCode)
	}
	return units, nil
}
