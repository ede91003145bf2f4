using Maas.Images.Debian;
using Maas.Images.Ephemeral;
using Maas.Images.Tests.Debian;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>The environment for 64-bit Arm, from Debian's packages of that architecture, on QEMU's machine <c>virt</c> with UEFI.</summary>
[Collection(DeploymentCollection.Name), Trait("Category", "Long")]
public sealed class Arm64EnvironmentTests(MirrorFixture mirror) : IDisposable
{
    private const string Uuid = "11223344-5566-7788-99aa-bbccddeeff00";

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _http.Dispose();
    }

    [Fact]
    public async Task A_64_bit_Arm_machine_enlists_and_its_known_disk_is_erased_with_the_environment_of_its_architecture()
    {
        Judge.RequireLong();
        Judge.Require("qemu-system-aarch64");
        var environment = await BuildAsync();
        await using var server = await new MetadataServer().StartAsync();

        var enlisting = await RunAsync(environment, $"maas.url={server.GuestBase} maas.task=enlist");

        enlisting.Should().Contain("MAAS-AGENT done", server.Told);
        server.Enlisted.Should().Contain("arm64").And.Contain("52%3a54%3a00%3a00%3aab%3a01").And.Contain(Uuid);
        var disk = new byte[16 << 20];
        new Random(9).NextBytes(disk);
        await File.WriteAllBytesAsync(_folder["disk"], disk, Cancellation);
        server.Tasks.Enqueue($"task=erase\nerase_mode=full\n{RootDeployment.Hardware(("vda", "ARM1"))}");

        var erasing = await RunAsync(
            environment, $"maas.url={server.GuestBase} maas.token={MetadataServer.BootToken}",
            "-drive", $"if=none,id=disk,file={_folder["disk"]},format=raw,cache=unsafe,discard=unmap",
            "-device", "virtio-blk-pci,drive=disk,serial=ARM1");

        erasing.Should().Contain("MAAS-AGENT done", server.Told);
        server.Reports.Last()["status"].Should().Be("OK");
        (await File.ReadAllBytesAsync(_folder["disk"], Cancellation)).AsSpan().IndexOfAnyExcept((byte)0).Should().Be(-1);
    }

    private async Task<EphemeralEnvironment> BuildAsync()
    {
        _ = mirror.Archive; // a skip where apt names no archive
        using var archive = new DebianArchive(
            new()
            {
                Sources = AptSources.ReadDebian(),
                Architecture = "arm64",
                CacheDirectory = Path.Combine(MirrorFixture.CacheDirectory, "debian"),
            },
            _http);
        var programs = await BootPrograms.ImportAsync(archive, _folder["boot"], BootPrograms.For("arm64"), null, Cancellation);
        programs.Should().HaveCount(2);
        foreach (var program in programs) (await File.ReadAllBytesAsync(program, Cancellation))[..2].Should().Equal("MZ"u8.ToArray());
        return await EphemeralEnvironment.BuildAsync(
            archive,
            Path.Combine(MirrorFixture.CacheDirectory, "ephemeral-arm64"),
            new() { KernelPackage = "linux-image-arm64" },
            cancellationToken: Cancellation);
    }

    private static Task<string> RunAsync(EphemeralEnvironment environment, string kernelLine, params string[] more) =>
        VirtualMachine.RunArm64Async(
            [
                "-smp", "2", "-m", "768", "-uuid", Uuid, "-kernel", environment.KernelPath, "-initrd", environment.InitrdPath,
                "-append", "console=ttyAMA0 quiet maas.pause=0 maas.patience=8 BOOTIF=01-52-54-00-00-ab-01 " + kernelLine,
                "-netdev", "user,id=lan", "-device", "virtio-net-pci,netdev=lan,mac=52:54:00:00:ab:01,romfile=", .. more,
            ],
            Cancellation);
}
