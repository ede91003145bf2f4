namespace Maas.Fuzz;

/// <summary>
/// The inputs of a target as a text file: one a line in hexadecimal, <c>-</c> for the empty one, <c>#</c> before a remark.
/// </summary>
public static class Corpus
{
    /// <summary>Reads a file.</summary>
    public static IReadOnlyList<byte[]> Read(string path) =>
        [.. File.ReadLines(path)
            .Select(l => l.Trim())
            .Where(l => l.Length > 0 && l[0] != '#')
            .Select(l => l == "-" ? [] : Convert.FromHexString(l))];

    /// <summary>Writes a file.</summary>
    public static void Write(string path, string remark, IEnumerable<byte[]> inputs) =>
        File.WriteAllLines(path, inputs.Select(i => i.Length == 0 ? "-" : Convert.ToHexStringLower(i)).Prepend($"# {remark}"));
}
