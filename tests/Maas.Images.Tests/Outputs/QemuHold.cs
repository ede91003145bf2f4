using System.Diagnostics;
using Maas.Judges;

namespace Maas.Images.Tests.Outputs;

/// <summary>
/// A program of QEMU that has an image open for writing, with the locks of a running virtual machine, until it is disposed.
/// </summary>
internal sealed class QemuHold : IAsyncDisposable
{
    private readonly Process _process;

    private QemuHold(Process process) => _process = process;

    public static async Task<QemuHold> OpenAsync(string image, string format, CancellationToken cancellationToken)
    {
        var hold = new QemuHold(Judge.Start("qemu-io", ["-f", format, image]));
        try
        {
            await hold._process.StandardInput.WriteLineAsync("length".AsMemory(), cancellationToken);
            await hold._process.StandardInput.FlushAsync(cancellationToken);
            (await hold._process.StandardOutput.ReadLineAsync(cancellationToken)).Should().NotBeNull("qemu-io has opened the image");
            return hold;
        }
        catch
        {
            await hold.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close(); // it ends at the end of its commands
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
