namespace Maas.Conformance;

/// <summary>A method that is a case. Its name is the case's name.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CaseAttribute : Attribute
{
    /// <summary>Whether it creates, changes or deletes objects on the server. It runs with <c>--destructive</c> only.</summary>
    public bool Changes { get; init; }
}
