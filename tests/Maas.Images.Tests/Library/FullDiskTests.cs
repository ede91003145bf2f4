using System.Security.Cryptography;
using Maas.Images.Library;
using Maas.Judges;

namespace Maas.Images.Tests.Library;

/// <summary>An upload onto a disk that becomes full.</summary>
public sealed class FullDiskTests
{
    private const int Piece = 1 << 20;

    [Fact(Timeout = 60_000)]
    public async Task An_upload_onto_a_full_disk_keeps_what_was_confirmed_and_goes_on_when_there_is_room()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var disk = await SmallDisk.MountAsync("8m");
        var content = RandomNumberGenerator.GetBytes(3 * Piece);
        var digest = Sha256Digest.FromHash(SHA256.HashData(content));
        var library = ImageLibrary.Open(Path.Combine(disk.Path, "images"));
        var upload = library.BeginUpload("u", digest, content.Length);
        await upload.AppendAsync(0, new MemoryStream(content, 0, Piece), stop);
        disk.Fill();

        var append = () => upload.AppendAsync(Piece, new MemoryStream(content, Piece, 2 * Piece), stop);

        (await append.Should().ThrowAsync<IOException>()).Which.Message.Should().Contain("No space left");
        upload.Offset.Should().Be(Piece, "the piece that was confirmed is there, and nothing of the other");
        library.List().Should().BeEmpty();

        disk.MakeRoom();
        var resumed = ImageLibrary.Open(Path.Combine(disk.Path, "images")).FindUpload("u")!; // it was begun
        await resumed.AppendAsync(resumed.Offset, new MemoryStream(content, Piece, 2 * Piece), stop);
        await resumed.CompleteAsync("keep", stop);
        library.List().Should().ContainSingle().Which.References.Should().Equal("keep");
        await using var stored = library.OpenRead(digest);
        (await SHA256.HashDataAsync(stored!, stop)).Should().Equal(SHA256.HashData(content));
    }
}
