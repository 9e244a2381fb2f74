package app

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// memory is how much this process may use, in bytes: the machine's memory, or the least
// limit of the control groups that it is in (a container, a service of systemd), of
// version 1 or 2. root is the file system's; 0 where that does not tell. A quarter of it
// is what a process aims to stay below, by collecting garbage more often, unless
// GOMEMLIMIT says otherwise: under load a node has up to 2 GB in use, which would grow to
// four times that.
func memory(root fs.FS) int64 {
	least := machineMemory(root)
	groups, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return least
	}
	for line := range strings.Lines(string(groups)) {
		// hierarchy:controllers:path
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		folder, file := "sys/fs/cgroup", "memory.max"
		switch {
		case parts[0] == "0" && parts[1] == "":
		case strings.Contains(","+parts[1]+",", ",memory,"):
			folder, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		if limit := groupLimit(root, folder, parts[2], file); limit > 0 && (least == 0 || limit < least) {
			least = limit
		}
	}
	return least
}

func machineMemory(root fs.FS) int64 {
	file, err := root.Open("proc/meminfo")
	if err != nil {
		return 0
	}
	defer file.Close()
	var kilobytes int64
	if _, err := fmt.Fscanf(file, "MemTotal: %d kB", &kilobytes); err != nil {
		return 0
	}
	return kilobytes << 10
}

// groupLimit is the least limit of a group and of those that it is in; 0 for none. Inside
// a container the path may be the host's, which is not there, and the container's own
// group is at the top.
func groupLimit(root fs.FS, folder, group, file string) (least int64) {
	group = path.Clean("/" + group)
	for {
		raw, err := fs.ReadFile(root, path.Join(folder, group, file))
		if err == nil {
			// "max", and a number past what a word holds, are no limit.
			limit, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
			if err == nil && limit > 0 && (least == 0 || limit < least) {
				least = limit
			}
		}
		if group == "/" {
			return least
		}
		group = path.Dir(group)
	}
}
