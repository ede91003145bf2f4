using Maas.Api.Requests;
using Maas.Api.Results;

namespace Maas.Api.Routing;

/// <summary>Handles one request.</summary>
internal delegate Task<ApiResult> ApiHandler(ApiRequest request);

/// <summary>An operation of a resource: a method, alone (create, read, update, delete) or with an <c>op</c>.</summary>
/// <param name="Name">The name from which clients build their commands and methods.</param>
/// <param name="Method">GET, POST, PUT or DELETE.</param>
/// <param name="Op">Null for the plain method.</param>
/// <param name="Access">Which callers may use it.</param>
/// <param name="Doc">
/// What it does, and the declaration of its arguments (<see cref="ApiArgument"/>). The <c>maas</c> command offers exactly the declared
/// arguments and a request with another one is refused, so this text is part of the wire contract.
/// </param>
/// <param name="Handler">Performs it.</param>
internal sealed record ApiAction(string Name, string Method, string? Op, ApiAccess Access, string Doc, ApiHandler Handler)
{
    /// <summary>The right that a user needs beside <see cref="Access"/>; null for none.</summary>
    public ApiRight? Right { get; init; }

    /// <summary>The longest form that is read for it, in bytes; the options may allow less.</summary>
    public int LongestForm { get; init; } = FormLimits.Usual;

    /// <summary>The body is not a form; the handler reads it.</summary>
    public bool ReadsBody { get; init; }

    /// <summary>The arguments that clients offer to users.</summary>
    public IReadOnlyList<ApiArgument> Arguments { get; private init; } = ApiArgument.Parse(Doc);

    /// <summary>What it does, without the arguments.</summary>
    public string Summary => Doc.Split("\n\n", 2)[0].ReplaceLineEndings(" ");

    /// <summary>Arguments that are accepted but not offered. A name that ends in an asterisk is a prefix.</summary>
    public IReadOnlyList<string> AlsoTakes { get; init; } = [];

    /// <summary>
    /// Arguments of MAAS that this server does not implement, and why. Only values that request nothing (empty, false, 0) are accepted.
    /// </summary>
    public IReadOnlyDictionary<string, string> Unsupported { get; init; } = new Dictionary<string, string>();

    /// <summary>Arguments of any name are accepted: keys of owner data, constraints of API 1.0.</summary>
    public bool TakesAnyArgument { get; init; }

    /// <summary>Files of any name are accepted: the output of scripts in a signal.</summary>
    public bool TakesAnyFile { get; init; }

    /// <summary>Whether the body of a request is read as a form.</summary>
    public bool TakesForm => Method is "POST" or "PUT" or "DELETE" && !ReadsBody;

    /// <summary>Whether the operation accepts an argument of this name.</summary>
    public bool Accepts(string name)
    {
        return TakesAnyArgument || IsDeclared(name);
    }

    /// <summary>Whether the operation has an argument of this name.</summary>
    public bool IsDeclared(string name)
    {
        foreach (var argument in Arguments)
            if (argument.Name == name) return true;
        foreach (var taken in AlsoTakes)
            if (taken == name || (taken.EndsWith('*') && name.StartsWith(taken[..^1], StringComparison.Ordinal))) return true;
        return false;
    }

    /// <summary>The action with arguments that are declared one by one.</summary>
    public ApiAction With(params IEnumerable<ApiArgument> arguments)
    {
        List<ApiArgument> all = [.. Arguments, .. arguments];
        return this with { Arguments = all, Doc = $"{Summary}\n\n{string.Join('\n', all)}\n" };
    }

    public static ApiAction Create(ApiAccess access, ApiHandler handler, string doc) => new("create", "POST", null, access, doc, handler);

    public static ApiAction Read(ApiAccess access, ApiHandler handler, string doc) => new("read", "GET", null, access, doc, handler);

    public static ApiAction Update(ApiAccess access, ApiHandler handler, string doc) => new("update", "PUT", null, access, doc, handler);

    public static ApiAction Delete(ApiAccess access, ApiHandler handler, string doc) => new("delete", "DELETE", null, access, doc, handler);

    public static ApiAction Get(string op, ApiAccess access, ApiHandler handler, string doc) => new(op, "GET", op, access, doc, handler);

    public static ApiAction Post(string op, ApiAccess access, ApiHandler handler, string doc) => new(op, "POST", op, access, doc, handler);
}
