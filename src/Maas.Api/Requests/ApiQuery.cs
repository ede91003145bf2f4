using Microsoft.AspNetCore.Http;

namespace Maas.Api.Requests;

/// <summary>The query of a request, parsed once: routing reads the operation from it, and the operation its arguments.</summary>
internal sealed class ApiQuery
{
    private readonly string _text;

    private ApiQuery(string text)
    {
        _text = text;
        Form = text.Length > 1 ? (UrlEncodedBody.Parse(text[1..]) as FormParse.Read)?.Form : RequestForm.Empty;
        Op = NotEmpty(Form?["op"]);
    }

    /// <summary>The parameters; null when there are too many.</summary>
    public RequestForm? Form { get; }

    /// <summary>The operation, or null. An empty <c>?op=</c> is null too, because gomaasapi sends it for plain methods.</summary>
    public string? Op { get; }

    /// <summary>
    /// The operation that the last segment of the path names (<c>machines/op-allocate</c>). It precedes the one in the query.
    /// </summary>
    public string? OpInPath { get; set; }

    /// <summary>The query of a request.</summary>
    public static ApiQuery Of(HttpContext http)
    {
        var text = http.Request.QueryString.Value ?? "";
        if (http.Features.Get<ApiQuery>() is { } known && known._text == text) return known;
        var query = new ApiQuery(text);
        http.Features.Set(query);
        return query;
    }

    /// <summary>An empty text is as good as none.</summary>
    public static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
