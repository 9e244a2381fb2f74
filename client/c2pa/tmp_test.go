package c2pa_test

import (
	"fmt"
	"github.com/stemma-chain/stemma/client/c2pa"
	"os"
	"testing"
)

func TestTmp(t *testing.T) {
	r, err := read(t, os.Getenv("F"), c2pa.Options{})
	fmt.Println(r.State, err)
	for _, s := range r.Statuses {
		fmt.Println(s.Kind, s.Code, s.URI, s.Reason, s.Known)
	}
}
