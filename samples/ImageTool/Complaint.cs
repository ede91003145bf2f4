using System.Text.RegularExpressions;
using Maas.Images;
using Maas.Images.Downloads;

namespace ImageTool;

/// <summary>The message of an exception for a user: without what is for programmers, in characters that are safe for a terminal.</summary>
internal static partial class Complaint
{
    /// <summary>The line to print; null for a fault of the program, whose trace is wanted.</summary>
    public static string? Of(Exception refused) =>
        refused is InvalidImageException or IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException
            or UntrustedArchiveException or HttpRequestException or InvalidDataException
            ? Printable(refused.Message)
            : null;

    private static string Printable(string message) => FileName.Printable(Parameter().Replace(message, "").Trim());

    /// <summary>What .NET adds to an argument's message: <c> (Parameter 'path')</c>, and a line with the value.</summary>
    [GeneratedRegex(@" \(Parameter '[^']*'\)|\r?\nActual value was .*", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
