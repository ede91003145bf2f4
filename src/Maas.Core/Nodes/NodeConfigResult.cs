namespace Maas.Core.Nodes;

/// <summary>The result of changing a machine's configuration. Unless it is <see cref="Done"/>, nothing was changed.</summary>
public abstract record NodeConfigResult
{
    private NodeConfigResult() { }

    /// <summary>The change is durable.</summary>
    /// <param name="Machine">The machine afterwards.</param>
    /// <param name="Config">Its configuration afterwards.</param>
    /// <param name="Id">The number of the object that was created or changed; 0 when it was removed.</param>
    public sealed record Done(Machine Machine, NodeConfig Config, long Id) : NodeConfigResult;

    /// <summary>A rule refuses the change.</summary>
    /// <param name="Field">The field at fault; <c>__all__</c> for the form as a whole; empty for an answer in plain text.</param>
    /// <param name="Reason">Why, in MAAS's words.</param>
    public sealed record Refused(string Field, string Reason) : NodeConfigResult;

    /// <summary>The machine's status does not allow the change.</summary>
    /// <param name="Reason">Why, in words.</param>
    public sealed record WrongStatus(string Reason) : NodeConfigResult;

    /// <summary>A subnet has no free address.</summary>
    /// <param name="Reason">Which one, in MAAS's words.</param>
    public sealed record NoAddress(string Reason) : NodeConfigResult;

    /// <summary>The actor may not make the change.</summary>
    /// <param name="Reason">Why, in words.</param>
    /// <param name="Because">The kind of reason.</param>
    public sealed record Denied(string Reason, RefusalKind Because) : NodeConfigResult;

    /// <summary>The machine, or the object to change, does not exist.</summary>
    /// <param name="Noun">MAAS's name of its kind (<c>Machine</c>, <c>BlockDevice</c>).</param>
    public sealed record NotFound(string Noun) : NodeConfigResult;
}
