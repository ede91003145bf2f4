using CsCheck;
using Maas.Images.FileTrees;

namespace Maas.Images.Tests.Formats.Ext;

public sealed class RandomEditTests
{
    private static readonly string[] Formats =
    [
        "-t ext4 -b 1024", "-t ext4 -b 4096 -O inline_data", "-t ext2 -b 1024 -I 128", "-t ext3 -b 2048"
    ];

    /// <summary>
    /// Operations on a tree and on a model of it (path to content, null for a directory), e2fsck'd and compared at the end.
    /// </summary>
    [Fact]
    public Task Any_sequence_of_operations_leaves_what_a_model_says_and_a_clean_file_system() =>
        Gen.Select(Gen.OneOf(Formats), Gen.Int[0, int.MaxValue]).SampleAsync(async (format, seed) =>
        {
            using var folder = new TemporaryFolder();
            var image = new EditedImage(folder);
            await image.MakeAsync(format, "16M");
            var model = new SortedDictionary<string, byte[]?>(StringComparer.Ordinal);
            var random = new Random(seed);
            for (var session = 0; session < 2; session++)
            {
                await image.EditAsync(async tree =>
                {
                    for (var i = 0; i < 60; i++) await StepAsync(tree, model, random);
                });
            }

            using var read = await DiskImage.OpenAsync(image.File);
            var tree = read.OpenTree();
            tree.Walk()
                .Select(entry => entry.Path)
                .Where(path => path != "lost+found")
                .Order(StringComparer.Ordinal)
                .Should()
                .Equal(model.Keys);
            foreach (var (path, content) in model.Where(file => file.Value is not null))
            {
                using var stored = new MemoryStream();
                await tree.OpenRead(path).CopyToAsync(stored);
                stored.ToArray().AsSpan().SequenceEqual(content).Should().BeTrue("{0}", path);
            }
        }, iter: 12, threads: 1);

    private static async Task StepAsync(IEditableFileTree tree, SortedDictionary<string, byte[]?> model, Random random)
    {
        var folders = model.Where(entry => entry.Value is null).Select(entry => entry.Key + "/").Prepend("").ToList();
        var files = model.Where(entry => entry.Value is not null).Select(entry => entry.Key).ToList();
        var path = folders[random.Next(folders.Count)] + new string((char)('a' + random.Next(26)), random.Next(1, 60));
        switch (random.Next(6))
        {
            case 0 when !model.ContainsKey(path):
                tree.CreateDirectory(path);
                model[path] = null;
                break;
            case 1 when files.Count > 0:
                var grown = files[random.Next(files.Count)];
                var more = Content(random);
                await tree.AppendFileAsync(grown, new MemoryStream(more));
                model[grown] = [.. model[grown]!, .. more];
                break;
            case 2 when model.Count > 0:
                var gone = model.Keys.ElementAt(random.Next(model.Count));
                tree.DeleteTree(gone);
                foreach (var below in model.Keys.Where(key => key == gone || key.StartsWith(gone + "/", StringComparison.Ordinal)).ToList())
                    model.Remove(below);
                break;
            case 3 when files.Count > 0:
                tree.SetExtendedAttribute(
                    files[random.Next(files.Count)], $"user.{(char)('a' + random.Next(6))}", new byte[random.Next(100)]);
                break;
            default:
                if (model.TryGetValue(path, out var known) && known is null) break;
                var content = Content(random);
                await tree.WriteFileAsync(path, content);
                model[path] = content;
                break;
        }
    }

    private static byte[] Content(Random random)
    {
        var content =
            new byte[random.Next(4) switch { 0 => random.Next(60), 1 => random.Next(3000), 2 => random.Next(150_000), _ => 4096 }];
        if (random.Next(4) != 0) random.NextBytes(content);
        return content;
    }
}
