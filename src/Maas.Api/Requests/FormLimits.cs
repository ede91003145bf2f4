namespace Maas.Api.Requests;

/// <summary>The longest forms that are read, in bytes.</summary>
internal static class FormLimits
{
    /// <summary>Most operations: fields, and lists of some thousand names.</summary>
    public const int Usual = 2 * 1024 * 1024;

    /// <summary>User data: 4 MiB, in base64 and percent-encoded.</summary>
    public const int UserData = 8 * 1024 * 1024;

    /// <summary>A machine's report with the output of a script: three streams of 4 MiB, in base64.</summary>
    public const int Report = 20 * 1024 * 1024;
}
