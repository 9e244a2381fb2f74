// Package drills brings the faults about that a network has to survive, on four validators that are processes of
// their own: killed and full nodes, a network cut in two, a key that signs twice, a genesis that differs, and more.
// Each test is one drill. They run where DRILL is set: short, as in CI, or long (`make drill`). See docs/reliability.md.
package drills
