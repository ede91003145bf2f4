namespace Maas.Core.Nodes;

/// <summary>What became of a command.</summary>
public abstract record CommandResult
{
    private CommandResult() { }

    /// <summary>It was done and is on disk.</summary>
    /// <param name="Machine">The machine afterwards.</param>
    public sealed record Done(Machine Machine) : CommandResult;

    /// <summary>The machine's state does not allow it; nothing changed.</summary>
    /// <param name="Machine">The machine as it is.</param>
    /// <param name="Action">What was asked.</param>
    /// <param name="Reason">Why not, in a sentence that names the state.</param>
    /// <param name="Because">The kind of reason.</param>
    public sealed record Refused(Machine Machine, string Action, string Reason, RefusalKind Because) : CommandResult;

    /// <summary>There is no such machine.</summary>
    public sealed record NotFound : CommandResult;
}

/// <summary>What became of an edit.</summary>
public abstract record EditResult
{
    private EditResult() { }

    /// <summary>It is on disk.</summary>
    /// <param name="Machine">The machine afterwards.</param>
    public sealed record Done(Machine Machine) : EditResult;

    /// <summary>Nothing changed.</summary>
    /// <param name="Field">The field at fault, by the API's name; a field that no edit can change, by the property's.</param>
    /// <param name="Reason">In words.</param>
    public sealed record Refused(string Field, string Reason) : EditResult;

    /// <summary>The actor may not make this edit; nothing changed.</summary>
    /// <param name="Reason">In words.</param>
    /// <param name="Because">The kind of reason.</param>
    public sealed record Denied(string Reason, RefusalKind Because) : EditResult;

    /// <summary>There is no such machine.</summary>
    public sealed record NotFound : EditResult;
}
