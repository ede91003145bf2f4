// Drives a server with Juju's and Terraform's Go library: logs in, reads everything that Juju reads before it starts,
// allocates, deploys and releases. Prints a line for each thing done; any error ends it with status 1.
package main

import (
	"encoding/base64"
	"fmt"
	"os"

	"github.com/juju/gomaasapi"
)

func check(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
	fmt.Println(what)
}

func main() {
	url, key := os.Args[1], os.Args[2]

	_, err := gomaasapi.NewController(gomaasapi.ControllerArgs{BaseURL: url, APIKey: "wrong:wrong:wrong"})
	if !gomaasapi.IsPermissionError(err) {
		check("wrong key is a permission error", fmt.Errorf("got %v", err))
	}
	controller, err := gomaasapi.NewController(gomaasapi.ControllerArgs{BaseURL: url, APIKey: key})
	check("login", err)
	if !controller.Capabilities().Contains("network-deployment-ubuntu") {
		check("capabilities", fmt.Errorf("have %v", controller.Capabilities()))
	}

	zones, err := controller.Zones()
	check(fmt.Sprintf("zones %d", len(zones)), err)
	pools, err := controller.Pools()
	check(fmt.Sprintf("pools %d", len(pools)), err)
	domains, err := controller.Domains()
	check(fmt.Sprintf("domains %d", len(domains)), err)
	fabrics, err := controller.Fabrics()
	check(fmt.Sprintf("fabrics %d", len(fabrics)), err)
	_, err = controller.Spaces()
	check("spaces", err)
	_, err = controller.StaticRoutes()
	check("static routes", err)
	_, err = controller.Tags()
	check("tags", err)
	_, err = controller.Devices(gomaasapi.DevicesArgs{})
	check("devices", err)
	images, err := controller.BootResources()
	check(fmt.Sprintf("boot resources %d", len(images)), err)

	check("add file", controller.AddFile(gomaasapi.AddFileArgs{Filename: "agent-provider-state", Content: []byte("state")}))
	file, err := controller.GetFile("agent-provider-state")
	check("get file", err)
	content, err := file.ReadAll()
	check("read file "+string(content), err)
	check("delete file", file.Delete())

	machines, err := controller.Machines(gomaasapi.MachinesArgs{})
	check(fmt.Sprintf("machines %d", len(machines)), err)

	machine, _, err := controller.AllocateMachine(gomaasapi.AllocateMachineArgs{Architecture: "amd64", MinMemory: 1024, AgentName: "agent"})
	check("allocate", err)
	check("status "+machine.StatusName(), nil)
	_, _, err = controller.AllocateMachine(gomaasapi.AllocateMachineArgs{Architecture: "amd64", MinMemory: 1 << 30})
	if !gomaasapi.IsNoMatchError(err) {
		check("no match", fmt.Errorf("got %v", err))
	}
	check("owner data", machine.SetOwnerData(map[string]string{"juju-model-uuid": "1234"}))
	check(fmt.Sprintf("interfaces %d, disks %d, boot interface %s", len(machine.InterfaceSet()), len(machine.PhysicalBlockDevices()), machine.BootInterface().MACAddress()), nil)

	err = machine.Start(gomaasapi.StartArgs{UserData: base64.StdEncoding.EncodeToString([]byte("#cloud-config\n")), Comment: "started"})
	check("deploy", err)
	check("status "+machine.StatusName(), nil)
	found, err := controller.Machines(gomaasapi.MachinesArgs{AgentName: "agent", SystemIDs: []string{machine.SystemID()}})
	check(fmt.Sprintf("found %d", len(found)), err)

	check("release", controller.ReleaseMachines(gomaasapi.ReleaseMachinesArgs{SystemIDs: []string{machine.SystemID()}, Comment: "stopped"}))
	err = controller.ReleaseMachines(gomaasapi.ReleaseMachinesArgs{SystemIDs: []string{"aaaaaa"}})
	if !gomaasapi.IsBadRequestError(err) {
		check("unknown machine", fmt.Errorf("got %v", err))
	}
	check("done", nil)
}
