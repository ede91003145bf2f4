using Maas.Api.Answers;

namespace Maas.Api.Routing;

/// <summary>Answers one request.</summary>
internal delegate Task<ApiResult> ApiHandler(ApiRequest request);

/// <summary>One thing a resource can be asked: a method, alone (create, read, update, delete) or with an <c>op</c>.</summary>
/// <param name="Name">The name clients build their commands and methods from.</param>
/// <param name="Method">GET, POST, PUT or DELETE.</param>
/// <param name="Op">Null for the plain method.</param>
/// <param name="Access">Who may ask.</param>
/// <param name="Doc">
/// What it does, then one <c>:param name: meaning</c> line for each argument. The <c>maas</c> command offers exactly the arguments
/// named here, and a request with another one is refused, so this is part of the wire contract and not decoration.
/// </param>
/// <param name="Handler">The answer.</param>
internal sealed record ApiAction(string Name, string Method, string? Op, Access Access, string Doc, ApiHandler Handler)
{
    private const string ParameterMark = ":param ";

    /// <summary>The longest form of most actions: fields, and lists of some thousand names.</summary>
    public const int UsualForm = 2 * 1024 * 1024;

    /// <summary>A form with user data: 4 MiB, in base64 and percent-encoded.</summary>
    public const int UserDataForm = 8 * 1024 * 1024;

    /// <summary>A machine's report with what a script printed: three streams of 4 MiB, in base64.</summary>
    public const int ReportForm = 20 * 1024 * 1024;

    /// <summary>The longest form that is read for it, in bytes; the options may allow less.</summary>
    public int LongestForm { get; init; } = UsualForm;

    /// <summary>The body is not a form; the handler reads it.</summary>
    public bool ReadsBody { get; init; }

    /// <summary>The arguments that <see cref="Doc"/> documents.</summary>
    public IReadOnlyList<string> Documented { get; } =
    [
        .. Doc.Split('\n').Where(line => line.StartsWith(ParameterMark, StringComparison.Ordinal))
            .Select(line => line[ParameterMark.Length..].Split(':', 2)[0].Trim()),
    ];

    /// <summary>Arguments that are taken too, and are not offered to people. An asterisk at the end stands for any ending.</summary>
    public IReadOnlyList<string> AlsoTakes { get; init; } = [];

    /// <summary>
    /// Arguments of MAAS that this server cannot honour, and why. Only a value that asks for nothing (empty, false, 0) is accepted.
    /// </summary>
    public IReadOnlyDictionary<string, string> Unsupported { get; init; } = new Dictionary<string, string>();

    /// <summary>Every argument is taken, whatever its name: keys of owner data, constraints of API 1.0.</summary>
    public bool TakesAnyArgument { get; init; }

    /// <summary>Every file is taken, whatever its name: scripts' output in a signal.</summary>
    public bool TakesAnyFile { get; init; }

    public static ApiAction Create(Access access, ApiHandler handler, string doc) => new("create", "POST", null, access, doc, handler);

    public static ApiAction Read(Access access, ApiHandler handler, string doc) => new("read", "GET", null, access, doc, handler);

    public static ApiAction Update(Access access, ApiHandler handler, string doc) => new("update", "PUT", null, access, doc, handler);

    public static ApiAction Delete(Access access, ApiHandler handler, string doc) => new("delete", "DELETE", null, access, doc, handler);

    public static ApiAction Get(string op, Access access, ApiHandler handler, string doc) => new(op, "GET", op, access, doc, handler);

    public static ApiAction Post(string op, Access access, ApiHandler handler, string doc) => new(op, "POST", op, access, doc, handler);
}
