namespace Maas.Client;

/// <summary>A group of arguments that writes itself into a form. Implement it to send arguments that this package does not have.</summary>
public interface IMaasFields
{
    /// <summary>Adds the arguments that are set.</summary>
    void WriteTo(MaasForm form);
}
