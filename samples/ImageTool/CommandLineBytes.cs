using Maas.Images;

namespace ImageTool;

/// <summary>
/// The arguments with the bytes that the user typed: .NET decodes them as UTF-8 and turns every other byte into U+FFFD, so that
/// <c>$'caf\xe9.txt'</c> could not name a file.
/// </summary>
internal static class CommandLineBytes
{
    private const string Source = "/proc/self/cmdline";
    private const char Lost = '\uFFFD';

    public static string[] Of(string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || !arguments.Any(argument => argument.Contains(Lost, StringComparison.Ordinal))) return arguments;
        // Every argument ends with a NUL; before the user's own are the program's path and, under dotnet, its assembly's.
        var words = new List<string>();
        ReadOnlySpan<byte> rest = File.ReadAllBytes(Source);
        while (rest.IndexOf((byte)0) is >= 0 and var end)
        {
            words.Add(FileName.Decode(rest[..end]));
            rest = rest[(end + 1)..];
        }

        return words.Count >= arguments.Length ? [.. words[^arguments.Length..]] : arguments;
    }
}
