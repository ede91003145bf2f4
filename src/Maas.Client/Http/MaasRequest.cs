namespace Maas.Client.Http;

/// <summary>A request that can be sent more than once.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Uri">Its address, on the server of the client.</param>
internal sealed record MaasRequest(HttpMethod Method, Uri Uri)
{
    /// <summary>Makes the body of one attempt; null for none.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>Whether to send it again is harmless, even when the server has performed it.</summary>
    public bool IsIdempotent { get; init; } = Method != HttpMethod.Post;

    /// <summary>The request in an error message: its query may hold a secret, all but the <c>op</c>.</summary>
    public override string ToString()
    {
        var query = Uri.Query;
        var op = query.StartsWith("?op=", StringComparison.Ordinal) ? query.Split('&')[0] : "";
        return $"{Method} {Uri.AbsolutePath}{op}";
    }
}
