namespace Maas.Core.Storage;

/// <summary>What a change of a node's storage comes to.</summary>
public abstract record StorageResult
{
    private StorageResult() { }

    /// <summary>It is possible.</summary>
    /// <param name="Config">The configuration afterwards.</param>
    /// <param name="Id">The number of the object that was created or changed; 0 when it was removed.</param>
    public sealed record Changed(StorageConfig Config, long Id) : StorageResult;

    /// <summary>It is not.</summary>
    /// <param name="Field">The field at fault; <c>__all__</c> for the form as a whole; empty for an answer in plain text.</param>
    /// <param name="Message">Why not, in MAAS's words.</param>
    public sealed record Refused(string Field, string Message) : StorageResult;

    /// <summary>The object to change does not exist on this node.</summary>
    /// <param name="Noun">MAAS's name of its kind (<c>BlockDevice</c>).</param>
    public sealed record NotFound(string Noun) : StorageResult;
}
