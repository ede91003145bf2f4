namespace Maas.Sql;

/// <summary>The first line of a backup.</summary>
/// <param name="Engine">The database that wrote it.</param>
/// <param name="Schema">The number of its schema.</param>
/// <param name="Contents">
/// A number that is the same for schemas of both engines with the same content; <see langword="null"/> when the schema was not the newest
/// one of the program that wrote it.
/// </param>
/// <param name="Created">When it was written.</param>
/// <param name="Epoch">The epoch of records.</param>
internal sealed record ArchiveHeader(string Engine, long Schema, long? Contents, DateTimeOffset Created, long Epoch)
{
    /// <summary>Names the format, so that a file of another kind is recognized.</summary>
    public const string Format = "maas-store";

    /// <summary>The version of the format.</summary>
    public const int Version = 1;
}
