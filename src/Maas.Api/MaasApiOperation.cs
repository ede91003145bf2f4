namespace Maas.Api;

/// <summary>
/// Metadata of an endpoint of the API: the operation it performs. Conventions that an application adds with
/// <c>Finally</c> can select endpoints by it.
/// </summary>
public sealed class MaasApiOperation
{
    internal MaasApiOperation(string path, string method, string? op, string name, ApiAccess access, long formLimit) =>
        (Path, Method, Op, Name, Access, FormLimit) = (path, method, op, name, access, formLimit);

    /// <summary>The route below the mount point: <c>api/2.0/machines/{system_id}/</c>.</summary>
    public string Path { get; }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>The operation that <c>op</c> names; null for the plain method.</summary>
    public string? Op { get; }

    /// <summary>The name of the operation in <c>describe/</c>: <c>read</c>, <c>deploy</c>.</summary>
    public string Name { get; }

    /// <summary>Which callers may use it. The endpoint checks this itself, whatever policies the application adds.</summary>
    public ApiAccess Access { get; }

    /// <summary>The longest form that is read for it, in bytes; <see cref="MaasApiOptions.BodyLimit"/> may be less. 0 for none.</summary>
    public long FormLimit { get; }
}
