@echo off
wpeinit
set report=powershell -ExecutionPolicy Bypass -File X:\Windows\System32\report.ps1
%report% working
start /b "" %report% alive
%report% prepare
if errorlevel 1 goto failed
Z:\setup.exe /noreboot /unattend:X:\Windows\System32\autounattend.xml
if errorlevel 1 goto failed
rem With network boot on, the machine would start WinPE again, and wipe its disk again.
%report% netboot_off
if errorlevel 1 goto failed
wpeutil reboot
exit /b 0
:failed
%report% failed
exit /b 1
