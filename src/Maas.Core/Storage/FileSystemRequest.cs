namespace Maas.Core.Storage;

/// <summary>A file system to create.</summary>
/// <param name="Type">Its type (<c>ext4</c>, <c>swap</c>).</param>
/// <param name="Label">Its label; empty for none.</param>
/// <param name="Uuid">Its UUID; <see langword="null"/> for a random one.</param>
public sealed record FileSystemRequest(string Type, string Label = "", Guid? Uuid = null);

/// <summary>Where to mount a file system.</summary>
/// <param name="Point">An absolute path; empty for swap.</param>
/// <param name="Options">Mount options, as in <c>fstab</c>; empty for the defaults.</param>
public sealed record MountRequest(string Point, string Options = "");
