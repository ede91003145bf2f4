namespace Maas.Images.FileTrees;

/// <summary>A tree that finds a name faster than by listing, or by other rules than equality (FAT ignores case).</summary>
internal interface ILookupTree
{
    FileEntry? Child(FileEntry directory, string name);
}
