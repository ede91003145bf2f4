using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Ext;

/// <summary>An image that mke2fs made, edited, and judged by e2fsck after every commit.</summary>
public sealed class EditedImage(TemporaryFolder folder)
{
    public string File { get; } = folder["image"];

    public async Task MakeAsync(string options, string size = "64M") =>
        await Tools.RunAsync("mke2fs", ["-q", "-F", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), File, size]);

    /// <summary>Edits, commits and has e2fsck look for faults without repairing any.</summary>
    public async Task EditAsync(Func<IEditableFileTree, Task> change)
    {
        await using (var edit = await DiskImage.EditAsync(File, null, TestContext.Current.CancellationToken))
        {
            await change(edit.OpenTree());
            await edit.CommitAsync(TestContext.Current.CancellationToken);
        }

        await CheckAsync();
    }

    public async Task EditAsync(Action<IEditableFileTree> change) => await EditAsync(tree =>
    {
        change(tree);
        return Task.CompletedTask;
    });

    public async Task CheckAsync() => await Tools.RunAsync("e2fsck", "-fn", File);

    public Task<string> DebugAsync(string command) => Tools.RunAsync("debugfs", "-R", command, File);

    public async Task<byte[]> DumpAsync(string path)
    {
        await Tools.RunAsync("debugfs", "-R", $"dump /{path} {folder["dumped"]}", File);
        return await System.IO.File.ReadAllBytesAsync(folder["dumped"]);
    }
}
