namespace Maas.Testing;

/// <summary>A store does not keep the contract.</summary>
public sealed class StoreContractException : Exception
{
    /// <summary>Says what was expected and what the store did.</summary>
    public StoreContractException(string message) : base(message) { }
}
