namespace Maas.Images.FileTrees;

/// <summary>What an extraction wrote.</summary>
/// <param name="Files">Regular files.</param>
/// <param name="Directories">Directories below the destination.</param>
/// <param name="Links">Symbolic links.</param>
/// <param name="Skipped">Devices, pipes and sockets, which are left out.</param>
/// <param name="Bytes">Bytes of content.</param>
public sealed record ExtractionReport(int Files, int Directories, int Links, int Skipped, long Bytes);
