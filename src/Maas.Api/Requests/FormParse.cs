namespace Maas.Api.Requests;

/// <summary>What became of a request's body: a form, or the reason it could not be read.</summary>
internal abstract record FormParse
{
    private FormParse() { }

    /// <summary>The body was read.</summary>
    internal sealed record Read(RequestForm Form) : FormParse;

    /// <summary>The body breaks its own format (answer 400).</summary>
    internal sealed record Malformed(string Reason) : FormParse;

    /// <summary>The body is longer than this caller may send (answer 413).</summary>
    internal sealed record TooLarge(long Limit) : FormParse;
}
