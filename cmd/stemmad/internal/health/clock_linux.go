package health

import "golang.org/x/sys/unix"

// ClockSet says whether the system holds the machine's clock to others; nil: it does not tell.
func ClockSet() *bool {
	var state unix.Timex
	if _, err := unix.Adjtimex(&state); err != nil {
		return nil
	}
	set := state.Status&unix.STA_UNSYNC == 0
	return &set
}
