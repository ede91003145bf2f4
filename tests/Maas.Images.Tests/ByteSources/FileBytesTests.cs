using Maas.Images.ByteSources;

namespace Maas.Images.Tests.ByteSources;

public sealed class FileBytesTests : IDisposable
{
    private const int Piece = 1 << 20;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Holes_of_a_file_are_known_and_read_as_zeros()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Holes are asked for on Linux only.");
        using var file = File.OpenHandle(_folder["sparse"], FileMode.CreateNew, FileAccess.ReadWrite);
        RandomAccess.SetLength(file, 4 * Piece);
        RandomAccess.Write(file, Enumerable.Repeat((byte)1, Piece).ToArray(), Piece);
        using var bytes = new FileBytes(file, null);

        bytes.IsZero(0, Piece).Should().BeTrue();
        bytes.IsZero(0, Piece + 1).Should().BeFalse();
        bytes.IsZero(Piece, Piece).Should().BeFalse();
        bytes.IsZero(3 * Piece, Piece).Should().BeTrue("there is nothing behind");
        bytes.Read(3 * Piece, Piece, "hole").Should().OnlyContain(value => value == 0);
    }

    public void Dispose() => _folder.Dispose();
}
