using Maas.Judges;

namespace Maas.Images.Tests;

/// <summary>A directory that is gone after the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("maas-images-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // .NET's calls do not find a file whose name is not UTF-8; rm does.
            using var remove = Judge.Start("rm", ["-rf", "--", Path]);
            remove.WaitForExit();
            Assert.Equal(0, remove.ExitCode);
        }
    }
}
