using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests.Outputs;

/// <summary>A file as a block device of this machine, until the test ends: the only devices that tests write to.</summary>
internal sealed class LoopDevice : IAsyncDisposable
{
    private LoopDevice(string path) => Path = path;

    public string Path { get; }

    /// <summary>Attaches a file; the test is skipped without root or loop devices.</summary>
    public static async Task<LoopDevice> AttachAsync(string file)
    {
        Judge.RequireRoot();
        Judge.RequireFile("/dev/loop-control", "mount");
        return new LoopDevice((await Tools.RunAsync("losetup", "-f", "--show", file)).Trim());
    }

    public async ValueTask DisposeAsync() => await Tools.RunAsync("losetup", "-d", Path);
}
