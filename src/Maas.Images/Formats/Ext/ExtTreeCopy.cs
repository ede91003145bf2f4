using Maas.Images.FileTrees;

namespace Maas.Images.Formats.Ext;

/// <summary>Copies a tree into an empty file system, letting changes through as they become many.</summary>
internal sealed class ExtTreeCopy(ExtVolume volume, TimeProvider timeProvider)
{
    private readonly ExtEditor _editor = new(volume, timeProvider);
    private readonly Dictionary<string, uint> _directories = new(StringComparer.Ordinal) { [""] = ExtInode.RootNumber };
    private readonly Dictionary<long, uint> _linked = [];

    public async Task CopyAsync(IFileTree tree, CancellationToken cancellationToken)
    {
        var directories = new List<(uint Number, FileOwnership Ownership)> { (ExtInode.RootNumber, OwnershipOf(tree.Root)) };
        foreach (var entry in tree.Walk())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Path == "lost+found") continue; // it is there
            var slash = entry.Path.LastIndexOf('/');
            if (!_directories.TryGetValue(slash < 0 ? "" : entry.Path[..slash], out var parent)) continue; // below lost+found
            var number = await CopyAsync(tree, entry, parent, cancellationToken).ConfigureAwait(false);
            if (entry.Kind == FileKind.Directory)
            {
                _directories.Add(entry.Path, number);
                directories.Add((number, OwnershipOf(entry)));
            }

            if (volume.Blocks.Changed > ExtVolume.MostChanged) volume.Flush();
        }

        foreach (var (number, ownership) in directories) _editor.SetOwnership(number, ownership);
    }

    private async Task<uint> CopyAsync(IFileTree tree, FileEntry entry, uint parent, CancellationToken cancellationToken)
    {
        var (name, ownership) = (FileName.Encode(entry.Name), OwnershipOf(entry));
        var isLinked = entry is { LinkCount: > 1, FileNumber: not 0, Kind: not FileKind.Directory };
        if (isLinked && _linked.TryGetValue(entry.FileNumber, out var known))
        {
            _editor.Link(parent, name, known);
            return known;
        }

        uint number;
        switch (entry.Kind)
        {
            case FileKind.File:
                using (var content = tree.OpenRead(entry))
                    number = await _editor.CreateFileAsync(parent, name, content, ownership, cancellationToken).ConfigureAwait(false);
                break;
            case FileKind.Directory:
                number = _editor.CreateDirectory(parent, name, ownership);
                break;
            case FileKind.SymbolicLink:
                number = _editor.CreateLink(parent, name, FileName.Encode(entry.LinkTarget ?? ""), ownership);
                break;
            default:
                number = _editor.CreateNode(parent, name, entry.Kind, entry.Device, ownership);
                break;
        }

        if (tree.ExtendedAttributes(entry) is { Count: > 0 } attributes) _editor.SetAttributes(number, attributes);
        if (isLinked) _linked.Add(entry.FileNumber, number);
        return number;
    }

    private static FileOwnership OwnershipOf(FileEntry entry) =>
        new() { Mode = entry.Mode, UserId = entry.UserId, GroupId = entry.GroupId, ModifiedAt = entry.ModifiedAt };

    /// <summary>What makes the same input give the same bytes.</summary>
    public sealed class StoppedClock(DateTimeOffset time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time;
    }
}
