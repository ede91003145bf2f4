namespace Maas.Images.Primitives;

/// <summary>The kind in a Unix mode (<c>S_IFMT</c>).</summary>
internal static class UnixMode
{
    public static FileKind? KindOf(uint mode) => (mode & 0xF000) switch
    {
        0x8000 => FileKind.File,
        0x4000 => FileKind.Directory,
        0xA000 => FileKind.SymbolicLink,
        0x2000 => FileKind.CharacterDevice,
        0x6000 => FileKind.BlockDevice,
        0x1000 => FileKind.Pipe,
        0xC000 => FileKind.Socket,
        _ => null,
    };

    public static uint Of(FileKind kind) => kind switch
    {
        FileKind.File => 0x8000,
        FileKind.Directory => 0x4000,
        FileKind.SymbolicLink => 0xA000,
        FileKind.CharacterDevice => 0x2000,
        FileKind.BlockDevice => 0x6000,
        FileKind.Pipe => 0x1000,
        _ => 0xC000,
    };
}
