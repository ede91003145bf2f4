using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Maas.Images.Tests.Debian;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

[Collection(MirrorCollection.Name)]
public sealed class RescueTests(MirrorFixture mirror) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task In_rescue_mode_only_a_key_that_the_server_names_signs_in()
    {
        Judge.RequireAll("qemu-system-x86_64", "ssh", "ssh-keygen");
        foreach (var name in (string[])["known", "stranger"])
            (await Judge.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", _folder[name]], null, Cancellation)).Approved();
        await using var server = await new MetadataServer
        {
            PublicKeys = (await File.ReadAllTextAsync(_folder["known.pub"], Cancellation)).TrimEnd('\n'),
        }.StartAsync();
        server.Tasks.Enqueue("task=rescue\n");
        var port = FreePort();

        var machine = RunAsync(server, port);
        (await Task.WhenAny(server.FirstReport, machine)).Should().Be(server.FirstReport, "the machine is up");

        var stranger = await SshAsync(port, "stranger", "true");
        stranger.ExitCode.Should().Be(255);
        stranger.Error.Should().Contain("Permission denied (publickey)", "passwords are not even asked for");
        var signedIn = await SshAsync(port, "known", "id -u; cat /proc/1/comm; ls /sys/class/net");
        signedIn.ExitCode.Should().Be(0, signedIn.Error);
        signedIn.Output.Should().Contain("0\ninit\n").And.Contain("eth0");
        var hostKey = (await Judge.RunAsync("ssh-keygen", ["-lf", _folder["hosts"]], null, Cancellation)).Approved();
        server.Reports.First()["error"].Should().MatchRegex("^SSH as root, host key SHA256:[A-Za-z0-9+/]{43}$");
        hostKey.Output.Should().Contain(server.Reports.First()["error"].Split(' ')[^1], "the server knows the machine's host key");

        await SshAsync(port, "known", "poweroff -f");
        (await machine).Should().Contain("MAAS-AGENT step=rescue mode, SSH as root").And.NotContain(MetadataServer.Secret);
    }

    private async Task<string> RunAsync(MetadataServer server, int port)
    {
        var environment = await mirror.EnvironmentAsync(Cancellation);
        // As a boot program does: one archive behind the other, each beginning at a multiple of four.
        var both = _folder["both"];
        await using (var target = File.Create(both))
        {
            foreach (var path in (string[])[environment.InitrdPath, environment.RescueToolsPath!])
            {
                await target.WriteAsync(await File.ReadAllBytesAsync(path, Cancellation), Cancellation);
                await target.WriteAsync(new byte[(4 - (target.Position % 4)) % 4], Cancellation);
            }
        }

        var forward = string.Create(CultureInfo.InvariantCulture, $"user,id=lan,hostfwd=tcp:127.0.0.1:{port}-:22");
        return await VirtualMachine.RunAsync(
        [
            "-smp", "2", "-m", "512", "-kernel", environment.KernelPath, "-initrd", both, "-append",
            $"{VirtualMachine.KernelOptions} maas.pause=0 maas.url={server.GuestBase} maas.token={MetadataServer.BootToken}",
            "-netdev", forward, "-device", "virtio-net-pci,netdev=lan,mac=52:54:00:00:ab:01,romfile=",
        ], Cancellation);
    }

    private Task<Verdict> SshAsync(int port, string key, string command) => Judge.RunAsync(
        "ssh",
        [
            "-F", "/dev/null", "-i", _folder[key], "-p", port.ToString(CultureInfo.InvariantCulture), "-o", "BatchMode=yes",
            "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", $"UserKnownHostsFile={_folder["hosts"]}",
            "-o", "ConnectTimeout=60", "root@127.0.0.1", command,
        ], null, Cancellation);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
