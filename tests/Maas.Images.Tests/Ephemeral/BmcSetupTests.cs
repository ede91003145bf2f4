using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Maas.Images.Tests.Debian;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>
/// The environment sets up a management controller that others wrote: QEMU's KCS interface is connected to OpenIPMI's simulator, which
/// serves the same controller on the network.
/// </summary>
[Collection(MirrorCollection.Name)]
public sealed class BmcSetupTests(MirrorFixture mirror) : IDisposable
{
    private const string Address = "10.6.23.7";
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_user_is_created_on_the_controller_of_the_machine_and_can_log_in_over_the_network()
    {
        Judge.RequireAll("qemu-system-x86_64", "ipmi_sim", "ipmitool");
        var script = await File.ReadAllTextAsync(Repository.PathOf("src/Maas.Core/Scripts/Builtin/30-maas-01-bmc-config"), Cancellation);
        await using var server = await new MetadataServer
        {
            Scripts = ScriptTar.Make(("commissioning", "30-maas-01-bmc-config", 300, script, "\talone\tfresh")),
        }.StartAsync();
        server.Tasks.Enqueue("task=commission\n");
        var (lan, serial) = (FreePort(SocketType.Dgram), FreePort(SocketType.Stream));
        using var simulator = await SimulateAsync(lan, serial);
        try
        {
            var console = await RunAsync(server, serial);

            var result = server.Reports.Should().ContainSingle(report => report.ContainsKey("exit_status"), console).Subject;
            result["exit_status"].Should().Be("0", server.Told);
            result["power_type"].Should().Be("ipmi");
            var power = JsonSerializer.Deserialize<Dictionary<string, string>>(result["power_parameters"])!;
            power["power_pass"].Should().MatchRegex("^[A-Za-z0-9]{16}$");
            power.Should().BeEquivalentTo(new Dictionary<string, string>
            {
                ["power_address"] = Address, ["power_user"] = "maas", ["power_driver"] = "LAN_2_0", ["mac_address"] = "52:54:00:00:b0:0c",
                ["power_boot_type"] = "legacy", ["power_pass"] = power["power_pass"],
            });
            result.Where(part => part.Key.StartsWith("file:", StringComparison.Ordinal)).Should().NotContain(
                part => part.Value.Contains(power["power_pass"], StringComparison.Ordinal), "the password is in no output");
            console.Should().NotContain(power["power_pass"]);
            result["file:30-maas-01-bmc-config.out"].Should().Contain($"The management controller has the address {Address} on channel 1.")
                .And.Contain("The user maas is number 3.");

            var status = await Judge.RunAsync(
                "ipmitool",
                [
                    "-I", "lanplus", "-C", "3", "-H", "127.0.0.1", "-p", lan.ToString(CultureInfo.InvariantCulture), "-U", "maas",
                    "-P", power["power_pass"], "chassis", "power", "status",
                ], null, Cancellation);
            status.Approved().Output.Should().Contain("Chassis Power is on");
        }
        finally
        {
            simulator.Kill(entireProcessTree: true);
        }
    }

    private async Task<Process> SimulateAsync(int lan, int serial)
    {
        var chassis = await ScriptAsync("chassis.sh", """
            #!/bin/sh
            shift
            while [ $# -gt 0 ]; do
              case $1 in get) ;; power) echo power:1 ;; *) echo "$1:default" ;; esac
              shift
            done
            """);
        var addresses = await ScriptAsync("addresses.sh", $"""
            #!/bin/sh
            for name in "$@"; do
              case $name in
                ip_addr) echo ip_addr:{Address} ;;
                ip_addr_src) echo ip_addr_src:static ;;
                mac_addr) echo mac_addr:52:54:00:00:b0:0c ;;
                subnet_mask) echo subnet_mask:255.255.255.0 ;;
                *mac_addr) echo "$name:00:00:00:00:00:00" ;;
                *ip_addr) echo "$name:0.0.0.0" ;;
              esac
            done
            """);
        await File.WriteAllTextAsync(_folder["lan.conf"], $"""
            name "node"
            set_working_mc 0x20
              startlan 1
                addr 127.0.0.1 {lan}
                priv_limit admin
                allowed_auths_callback none md2 md5 straight
                allowed_auths_user none md2 md5 straight
                allowed_auths_operator none md2 md5 straight
                allowed_auths_admin none md2 md5 straight
                guid a123456789abcdefa123456789abcdef
                lan_config_program "{addresses}"
              endlan
              chassis_control "{chassis} 0x20"
              serial 15 127.0.0.1 {serial} codec VM
              startnow false
              user 1 true "" "" user 10 none md2 md5 straight
              user 2 true "admin" "secret" admin 10 none md2 md5 straight

            """, Cancellation);
        await File.WriteAllTextAsync(_folder["controller.emu"], """
            mc_setbmc 0x20
            mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02
            sel_enable 0x20 1000 0x0a
            mc_enable 0x20

            """, Cancellation);
        var simulator = Judge.Start(
            "ipmi_sim", ["-c", _folder["lan.conf"], "-f", _folder["controller.emu"], "-s", _folder[""], "-n"], _folder[""]);
        simulator.OutputDataReceived += (_, _) => { };
        simulator.ErrorDataReceived += (_, _) => { };
        simulator.BeginOutputReadLine();
        simulator.BeginErrorReadLine();
        return simulator;
    }

    private async Task<string> ScriptAsync(string name, string text)
    {
        await File.WriteAllTextAsync(_folder[name], text + "\n", Cancellation);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder[name], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return _folder[name];
    }

    private async Task<string> RunAsync(MetadataServer server, int serial)
    {
        var environment = await mirror.EnvironmentAsync(Cancellation);
        // As a boot program does: one archive behind the other, each beginning at a multiple of four.
        var both = _folder["both"];
        await using (var target = File.Create(both))
        {
            foreach (var path in (string[])[environment.InitrdPath, environment.BmcToolsPath!])
            {
                await target.WriteAsync(await File.ReadAllBytesAsync(path, Cancellation), Cancellation);
                await target.WriteAsync(new byte[(4 - (target.Position % 4)) % 4], Cancellation);
            }
        }

        return await VirtualMachine.RunAsync(
        [
            "-smp", "2", "-m", "512", "-kernel", environment.KernelPath, "-initrd", both, "-append",
            $"{VirtualMachine.KernelOptions} maas.pause=0 maas.patience=8 maas.url={server.GuestBase} "
                + $"maas.token={MetadataServer.BootToken}",
            "-netdev", "user,id=lan", "-device", "virtio-net-pci,netdev=lan,mac=52:54:00:00:ab:01,romfile=",
            "-chardev", string.Create(CultureInfo.InvariantCulture, $"socket,id=ipmi,host=127.0.0.1,port={serial},reconnect=1"),
            "-device", "ipmi-bmc-extern,id=bmc,chardev=ipmi", "-device", "isa-ipmi-kcs,bmc=bmc",
        ], Cancellation);
    }

    private static int FreePort(SocketType type)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, type, ProtocolType.Unspecified);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port; // it is bound
    }
}
