using Microsoft.AspNetCore.Http;

namespace Maas.Api.Results;

/// <summary>
/// The kind of an error in a header, for programs: MAAS's messages are for people, and clients search them for words. MAAS has no such
/// header.
/// </summary>
internal static class ErrorCodes
{
    /// <summary>The name of the header.</summary>
    public const string Header = "X-MAAS-Error";

    /// <summary>A name, an address or another unique value belongs to another object.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>The code of a status; null when it is no error.</summary>
    public static string? Of(int status) => status switch
    {
        < 400 => null,
        StatusCodes.Status401Unauthorized => "unauthorized",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "not-found",
        StatusCodes.Status405MethodNotAllowed => "not-allowed",
        StatusCodes.Status409Conflict => "conflict",
        StatusCodes.Status410Gone => "gone",
        StatusCodes.Status413PayloadTooLarge => "too-large",
        StatusCodes.Status503ServiceUnavailable => "busy",
        < 500 => "invalid",
        _ => "failed",
    };

    /// <summary>The code of the errors of a form; null for that of its status.</summary>
    public static string? Of(IEnumerable<string> messages) =>
        messages.All(message => message.Contains("already", StringComparison.OrdinalIgnoreCase)) ? Duplicate : null;
}
