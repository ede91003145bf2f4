@echo off
wpeinit
powershell -ExecutionPolicy Bypass -File X:\Windows\System32\report.ps1 working
powershell -ExecutionPolicy Bypass -File X:\Windows\System32\report.ps1 prepare
if errorlevel 1 goto failed
Z:\setup.exe /noreboot /unattend:X:\Windows\System32\autounattend.xml
if errorlevel 1 goto failed
powershell -ExecutionPolicy Bypass -File X:\Windows\System32\report.ps1 netboot_off
wpeutil reboot
exit /b 0
:failed
powershell -ExecutionPolicy Bypass -File X:\Windows\System32\report.ps1 failed
