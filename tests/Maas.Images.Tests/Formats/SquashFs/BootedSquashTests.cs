using Maas.Images.FileTrees;
using Maas.Images.Formats.SquashFs;
using Maas.Images.Tests.Debian;
using Maas.Images.Tests.Ephemeral;

namespace Maas.Images.Tests.Formats.SquashFs;

[Collection(MirrorCollection.Name)]
public sealed class BootedSquashTests(MirrorFixture mirror) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Linux_boots_a_root_that_was_built_here()
    {
        var linux = await mirror.LinuxAsync(Cancellation);
        await linux.WriteRootAsync(
            _folder["root"], "echo \"FOUND $(cat /etc/motd) $(wc -c < /etc/zeros) $(ls /many | wc -l) $(stat -c %u /etc/motd)\"\n");
        await File.WriteAllTextAsync(_folder["root/etc/motd"], "built here", Cancellation);
        await File.WriteAllBytesAsync(_folder["root/etc/zeros"], new byte[1_000_001], Cancellation);
        Directory.CreateDirectory(_folder["root/many"]);
        for (var i = 0; i < 1000; i++)
            await File.WriteAllTextAsync(_folder[$"root/many/a file with a number, namely {i}"], $"{i}", Cancellation);
        await using (var squash = File.Create(_folder["root.squashfs"]))
            await new SquashBuilder
            {
                Compression = SquashCompression.Zstandard,
                Ownership = new FileOwnership { UserId = 0, GroupId = 0 }
            }.WriteAsync(
                new FolderTree(_folder["root"]), squash, Cancellation);
        await File.WriteAllBytesAsync(_folder["initrd"], linux.Initrd, Cancellation);

        var console = await VirtualMachine.RunAsync(
            [
                "-m",
                "256",
                "-nic",
                "none",
                "-kernel",
                linux.KernelPath,
                "-initrd",
                _folder["initrd"],
                "-append",
                $"{VirtualMachine.KernelOptions} root=/dev/vda",
                "-drive",
                $"file={_folder["root.squashfs"]},format=raw,if=virtio,readonly=on"
            ], Cancellation);

        console.Should().Contain("ROOT /dev/vda / squashfs ").And.Contain("FOUND built here 1000001 1000 0");
    }
}
