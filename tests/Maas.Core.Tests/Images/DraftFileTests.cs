using Maas.Core.Images;

namespace Maas.Core.Tests.Images;

public sealed class DraftFileTests
{
    [Fact]
    public async Task A_draft_is_on_the_disk_of_the_images_and_leaves_nothing_behind()
    {
        var directory = Path.Combine(Directory.CreateTempSubdirectory("maas-draft-").FullName, "images");
        await using (var draft = new DirectoryImageContent(directory).CreateDraft())
        {
            Directory.Exists(directory).Should().BeTrue();
            if (!OperatingSystem.IsWindows()) Directory.GetFiles(directory).Should().BeEmpty("a crash must not leave it behind");
            await draft.WriteAsync("some bytes"u8.ToArray(), TestContext.Current.CancellationToken);
            draft.Position = 0;
            using var reader = new StreamReader(draft, leaveOpen: true);
            (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Should().Be("some bytes");
        }

        Directory.GetFiles(directory).Should().BeEmpty();
        Directory.Delete(Path.GetDirectoryName(directory)!, recursive: true);
    }
}
